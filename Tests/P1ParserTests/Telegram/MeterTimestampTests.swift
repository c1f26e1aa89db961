import Foundation
import P1Parser
import Testing

@Suite("Times of meters")
struct MeterTimestampTests {
    private func time(_ text: String) -> MeterTimestamp? {
        MeterTimestamp(text)
    }

    @Test(
        "every form in the field",
        arguments: [
            ("101209113020W", 2010, 12, 9, 11, 30, 20, MeterTimestamp.Season.winter), ("240229120505S", 2024, 2, 29, 12, 5, 5, .summer),
            ("150317190000", 2015, 3, 17, 19, 0, 0, .unstated), ("20240111 09:35:00", 2024, 1, 11, 9, 35, 0, .unstated),
            ("19-01-01 00:00:00", 2019, 1, 1, 0, 0, 0, .unstated), ("07EA080B0208151900007880", 2026, 8, 11, 8, 21, 25, .summer),
            ("07EA010B0208151900003C00", 2026, 1, 11, 8, 21, 25, .winter),
        ])
    func forms(
        _ text: String, _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, _ season: MeterTimestamp.Season
    ) {
        let expected = MeterTimestamp(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, season: season)
        #expect(expected != nil)
        #expect(time(text) == expected)
    }

    @Test(
        "what meters send for a time that is not set, and what no calendar has",
        arguments: [
            "632525252525S", "632525252525W", "35255255255255255S", "000000000000W", "000101000000W", "000101000001W", "700101010000W",
            "123412341234W", "213112235959W", "", "S", "240230120000W", "230229120000W", "240431120000S", "241301120000W", "240100120000W",
            "240001120000W", "240101240000W", "240101126000W", "240101120060W", "240101120000T", "24010112000W", "2401011200000W",
            "2401O1120000W", "20241301 09:35:00", "19-13-01 00:00:00", "FFFFFFFFFFFFFFFFFFFF8000", "07EA0D0B0208151900007880", "ABCDEF",
            "-40101120000W", "000101010000W", "000101020000S", "000101235959W", "000101034500", "20000101 00:00:00", "20000101 13:45:10",
            "00-01-01 01:00:00", "07D00101060000000000 3C00", "07D001010600000000003C00", "07D00101061700000000C480",
            "07CF0C1F0517000000003C00",
            "19991231 23:00:00", "        ", "999999999999",
        ])
    func notSet(_ text: String) {
        #expect(time(text) == nil)
    }

    @Test("as text and in JSON it is what most meters write", arguments: ["101209113020W", "240229120505S", "150317190000"])
    func text(_ text: String) throws {
        let sent = try #require(time(text))
        #expect(sent.description == text)
        let json = try JSONEncoder().encode([sent])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(text)\"]")
        #expect(try JSONDecoder().decode([MeterTimestamp].self, from: json) == [sent])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([MeterTimestamp].self, from: Data(#"["000101000000W"]"#.utf8)) }
    }

    @Test(
        "winter and summer follow from the flag, against the standard offset of the country",
        arguments: [
            ("101209113020W", 60, Int64(1_291_890_620)), ("230714153012S", 60, 1_689_341_412), ("231219093000W", 120, 1_702_971_000),
            ("230714153012S", 120, 1_689_337_812), ("000102000100W", 60, 946_767_660), ("200229235959W", 0, 1_583_020_799),
        ])
    func flag(_ text: String, _ offset: Int, _ seconds: Int64) {
        #expect(time(text)?.secondsSince1970(standardOffset: offset) == seconds)
    }

    @Test("blanks around a time do not matter", arguments: [" 101209113020W", "101209113020W ", " 101209113020W  ", "\t101209113020W"])
    func blanks(_ text: String) {
        #expect(time(text) != nil && time(text) == time("101209113020W"))
        #expect(time(" 150317190000 ") == time("150317190000"))
    }

    @Test("in spring the clock goes from 01:59:59 W to 03:00:00 S: one second")
    func spring() throws {
        for suffix in [("W", "S"), ("", "")] {
            let before = try #require(time("230326015959" + suffix.0)).secondsSince1970(standardOffset: 60)
            let after = try #require(time("230326030000" + suffix.1)).secondsSince1970(standardOffset: 60)
            #expect(before == 1_679_792_399)
            #expect(after - before == 1)
        }
    }

    @Test("the hour that spring leaves out, without a flag, is taken as standard time")
    func missingHour() throws {
        #expect(try #require(time("230326023000")).secondsSince1970(standardOffset: 60) == 1_679_794_200)
    }

    @Test("in autumn the flag tells the two passes of the hour apart: 02:59:59 S, then 02:00:00 W")
    func autumn() throws {
        let first = try #require(time("231029025959S")).secondsSince1970(standardOffset: 60)
        let second = try #require(time("231029020000W")).secondsSince1970(standardOffset: 60)
        #expect(first == 1_698_541_199)
        #expect(second - first == 1)
    }

    @Test("without a flag the doubled hour is the later one, unless the arrival says otherwise")
    func doubledHour() throws {
        let time = try #require(self.time("231029023000"))
        #expect(time.secondsSince1970(standardOffset: 60) == 1_698_543_000)
        #expect(time.secondsSince1970(standardOffset: 60, arrival: 1_698_543_004) == 1_698_543_000)
        #expect(time.secondsSince1970(standardOffset: 60, arrival: 1_698_539_404) == 1_698_539_400)
    }

    @Test("where there is no summer time a time without a flag is standard time; a flag says what it says")
    func noSummerTime() throws {
        let plain = try #require(time("240501211309"))
        #expect(plain.secondsSince1970(standardOffset: 0, summerTime: .never) == 1_714_597_989)
        #expect(plain.secondsSince1970(standardOffset: 0) == 1_714_597_989 - 3600)
        #expect(try #require(time("240501211309S")).secondsSince1970(standardOffset: 0, summerTime: .never) == 1_714_597_989 - 3600)
        let twice = try #require(time("231029023000"))
        #expect(twice.secondsSince1970(standardOffset: 60, summerTime: .never, arrival: 1_698_539_404) == 1_698_543_000)
    }

    @Test("outside the doubled hour the arrival decides nothing")
    func arrivalElsewhere() throws {
        let time = try #require(self.time("230714153012"))
        #expect(time.secondsSince1970(standardOffset: 60, arrival: 0) == 1_689_341_412)
    }

    @Test("summer time ends at the same moment in Finland, an hour further on the clock")
    func otherOffset() throws {
        #expect(try #require(time("231029023000")).secondsSince1970(standardOffset: 120) == 1_698_535_800)
        #expect(try #require(time("231029033000")).secondsSince1970(standardOffset: 120) == 1_698_543_000)
    }

    @Test("calendar fields of a moment are those it was made of, for every day from 1900 to 2200")
    func calendar() {
        var expected = (year: 1900, month: 1, day: 1)
        for days in -25567..<84006 {
            let date = CalendarDate(secondsSince1970: Int64(days) * 86400 + 86399)
            let time = MeterTimestamp(
                year: date.year, month: date.month, day: date.day, hour: 23, minute: 59, second: 59, season: .winter)
            guard date.year == expected.year, date.month == expected.month, date.day == expected.day, date.secondOfDay == 86399,
                time.map({ $0.secondsSince1970(standardOffset: 0) == Int64(days) * 86400 + 86399 })
                    ?? (!(2000...2099).contains(date.year) || (date.year, date.month, date.day) == (2000, 1, 1))
            else {
                Issue.record("day \(days) is \(date), expected \(expected)")
                return
            }
            let leap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
            let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            expected.day += 1
            if expected.day > lengths[expected.month - 1] { (expected.day, expected.month) = (1, expected.month + 1) }
            if expected.month > 12 { (expected.month, expected.year) = (1, expected.year + 1) }
        }
    }
}
