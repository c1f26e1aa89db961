import FuzzSupport
@testable import P1MQTTMeter

/// What must hold for the strict reader of JSON.
enum JSONProperties {
    static func check(_ bytes: [UInt8]) {
        let tree: JSONTree
        do throws(JSONSyntaxError) {
            tree = try JSONReader.read(bytes)
        } catch {
            return require(error.line > 0 && error.column > 0 && !error.reason.isEmpty, "an error says where and what")
        }
        var sample = Portions(of: bytes)
        guard sample.isOne(of: 4) else { return }
        // 60 characters, of which each may be written with six.
        require(tree.shown.count <= 60 * 6 + 3, "what an error shows is short")
        do throws(JSONSyntaxError) {
            require(try JSONReader.read(Array(tree.json.utf8)) == tree, "what was read can be written and read again")
        } catch {
            require(false, "what is written is JSON: \(error)")
        }
    }
}
