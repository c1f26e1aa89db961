# CHANGELOG.md as Debian's changelog with one entry: the section of `version`, else that of the next version.
# Set: version, maintainer, date.

function wrap(first, rest, text,    words, count, i, line) {
    count = split(text, words, " ")
    line = first words[1]
    for (i = 2; i <= count; i++) {
        if (length(line) + 1 + length(words[i]) > 79) {
            entry = entry line "\n"
            line = rest words[i]
        } else line = line " " words[i]
    }
    entry = entry line "\n"
}

# What was read of a point is complete when something else begins.
function finish() {
    if (point) wrap("  * ", "    ", point)
    point = ""
}

function keep() {
    finish()
    if (section == version) entries[version] = entry
    if (section == "Unreleased") entries["next"] = entry
}

/^## / {
    keep()
    entry = ""
    section = $2
    gsub(/[][]/, "", section)
    next
}
/^### / { finish(); entry = entry "\n  [ " substr($0, 5) " ]\n"; next }
/^- / { finish(); point = substr($0, 3); next }
/^  [^ ]/ { point = point " " substr($0, 3); next }

END {
    keep()
    text = version in entries ? entries[version] : entries["next"]
    if (!text) {
        print "CHANGELOG.md says nothing of " version > "/dev/stderr"
        exit 1
    }
    printf "p1mqtt (%s) stable; urgency=medium\n%s\n -- %s  %s\n", version, text, maintainer, date
}
