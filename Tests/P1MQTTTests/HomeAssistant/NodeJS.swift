import Foundation
import Testing

/// Runs the functions of a flow of Node-RED as its function node does, where Node.js is installed.
enum NodeJS {
    private static let program = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { URL(filePath: String($0)).appending(path: "node") }.first { FileManager.default.isExecutableFile(atPath: $0.path) }

    static var isThere: Bool { program != nil }

    /// - Parameters:
    ///   - function: the text of the function node.
    ///   - messages: JSON, one for each call.
    /// - Returns: the payload of what each call sent on, as JSON; `null` for nothing.
    static func run(function: String, messages: [String]) throws -> [String] {
        let script = """
            const [code, messages] = process.argv.slice(1), kept = {};
            const context = {get: key => kept[key], set: (key, value) => { kept[key] = value; }};
            const call = new Function('msg', 'context', 'node', code);
            for (const message of JSON.parse(messages)) console.log(JSON.stringify(call(message, context, {status() {}})?.payload ?? null));
            """
        let process = Process()
        let output = Pipe()
        let url: URL = try #require(program)
        process.executableURL = url
        process.arguments = ["-e", script, function, "[" + messages.joined(separator: ", ") + "]"]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
