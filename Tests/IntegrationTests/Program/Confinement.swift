import Foundation
import TestSupport

/// Commands that take something away from the program before they become it.
enum Confinement {
    /// Without root, capabilities and the chance to get any, on a file system that is read-only throughout.
    static var harmless: [String] {
        let drop = "setpriv --no-new-privs --inh-caps=-all --bounding-set=-all"
        let user = geteuid() == 0 ? " --reuid=65534 --regid=65534 --clear-groups" : ""
        // Bind mounts keep their own flag, so each mount has to be set; those that cannot be are not ours to write to.
        let readOnly = "cut -d' ' -f2 /proc/self/mounts | while read m; do mount -o remount,bind,ro \"$m\" 2>/dev/null; done"
        return namespace + ["/bin/sh", "-c", "\(readOnly); exec \(drop)\(user) \"$0\" \"$@\""]
    }

    /// With a folder `debug` that holds so many bytes.
    static func disk(bytes: Int) -> [String] {
        namespace + ["/bin/sh", "-c", "mkdir -p debug && mount -t tmpfs -o size=\(bytes) none debug && exec \"$0\" \"$@\""]
    }

    /// Where names of hosts stand in a file of its folder, and nowhere else.
    static func names(in file: String) -> [String] {
        let lookUp = "echo 'hosts: files' > nsswitch && mount --bind nsswitch /etc/nsswitch.conf"
        return namespace + ["/bin/sh", "-c", "\(lookUp) && touch \(file) && mount --bind \(file) /etc/hosts && exec \"$0\" \"$@\""]
    }

    /// With so many descriptors at most.
    static func descriptors(_ count: Int) -> [String] {
        // What it inherits from the tests that run before it would count too.
        let closing = "for fd in /proc/self/fd/*; do n=${fd##*/}; [ $n -le 2 ] || eval \"exec $n>&-\"; done"
        return ["/bin/bash", "-c", "\(closing); ulimit -n \(count) && exec \"$0\" \"$@\""]
    }

    private static var namespace: [String] { ["/usr/bin/unshare"] + (geteuid() == 0 ? ["-m"] : ["-rm"]) }

    /// Whether this machine lets us: containers often do not. Says so when it does not.
    static func isAllowed(_ wrapper: [String]) throws -> Bool {
        let folder = try TemporaryFolder()
        let inFolder = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path]
        let isAllowed = try run(inFolder + wrapper + ["/bin/true"]) == 0
        if !isAllowed { print("skipped: not allowed here: \(wrapper.joined(separator: " "))") }
        return isAllowed
    }
}
