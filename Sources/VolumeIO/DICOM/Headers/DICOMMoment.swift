/// When an image was taken: the day where the file states one, and the second of that day.
struct DICOMMoment: Sendable, Hashable {
    /// Days from the first of March of the year 0; nil where no date is stated.
    var day: Int?
    /// Seconds from midnight.
    var second: Double

    /// Seconds of a day.
    static let dayLength = 86_400.0

    /// A DA and a TM value (`20200131`, `235959.5`; the older `2020.01.31` and `23:59:59`); nil when there is no time.
    init?(date: String?, time: String?) {
        guard let time, let second = Self.second(time.utf8.filter { $0 != 0x3A }[...]) else { return nil }
        (self.day, self.second) = (date.flatMap { Self.day($0.utf8.filter { $0 != 0x2E }[...]) }, second)
    }

    /// A DT value, `20200131235959.5+0100`; nil when it states no time of day. What it states is the local time, and the
    /// offset from UTC is taken off so that a clock that changes within a series does not count.
    init?(dateTime: String) {
        let letters = Array(dateTime.utf8)
        let sign = letters.firstIndex { [0x26, 0x2B, 0x2D].contains($0) }
        let local = letters[..<(sign ?? letters.count)]
        guard local.count > 8, let day = Self.day(local.prefix(8)), let second = Self.second(local.dropFirst(8)) else {
            return nil
        }
        (self.day, self.second) = (day, second - (sign.flatMap { Self.offset(letters[$0...]) } ?? 0))
    }

    /// Seconds on one scale for moments that all state a day.
    func seconds(day: Int) -> Double { Double(day) * Self.dayLength + second }

    private static func second(_ text: ArraySlice<UInt8>) -> Double? {
        let digits = text.prefix { $0 != 0x2E }.filter { $0 != 0x20 }
        guard [2, 4, 6].contains(digits.count), let number = number(digits[...]) else { return nil }
        let whole = number * [10_000, 100, 1][digits.count / 2 - 1]
        let (hour, minute, second) = (whole / 10_000, whole / 100 % 100, whole % 100)
        // 60 is a leap second.
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        let rest = digits.count == 6 ? text.drop { $0 != 0x2E }.filter { $0 != 0x20 } : []
        let fraction = rest.isEmpty ? 0 : Double("0" + String(decoding: rest, as: UTF8.self)) ?? 0
        return Double(hour * 3600 + minute * 60 + second) + fraction
    }

    /// A number of up to eight decimal digits and nothing else.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...8).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { 10 * $0 + Int($1 - 0x30) }
    }

    private static func day(_ text: ArraySlice<UInt8>) -> Int? {
        let digits = text.filter { $0 != 0x20 }
        guard digits.count == 8, let number = number(digits[...]), number > 0 else { return nil }
        let (year, month, date) = (number / 10_000, number / 100 % 100, number % 100)
        guard (1...12).contains(month), (1...31).contains(date) else { return nil }
        // Counted from March, so that the day that leap years add is a year's last.
        let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + date - 1
    }

    /// `+0100` or `&-0530` in seconds.
    private static func offset(_ text: ArraySlice<UInt8>) -> Double? {
        let stated = text.drop { $0 == 0x26 }
        let digits = stated.dropFirst().prefix(4)
        guard digits.count == 4, let number = number(digits) else { return nil }
        return Double(number / 100 * 3600 + number % 100 * 60) * (stated.first == 0x2D ? -1 : 1)
    }
}

/// Numbers by which the images of one series follow each other, by key.
enum DICOMTimeline {
    /// The images with their `order` filled: numbers as stated, times of day joined with their date.
    static func ordered(_ images: [DICOMImageHeader]) -> [DICOMImageHeader] {
        var images = images
        for n in images.indices {
            for key in [DICOMSplitKey.echoTime, .temporalPosition, .triggerTime, .frameReferenceTime, .acquisition] {
                images[n].order[key] = images[n].keys[key].flatMap(finiteNumber)
            }
            images[n].order[.instance] = images[n].instanceOrder
        }
        for key in [DICOMSplitKey.acquisitionTime, .contentTime] {
            let moments = images.map { $0.acquisition.moments[key] }
            for (n, second) in seconds(moments, numbers: images.map { $0.instanceOrder }).enumerated() {
                images[n].order[key] = second
            }
        }
        return images
    }

    /// Seconds that rise with time; nil where no time is stated.
    static func seconds(_ moments: [DICOMMoment?], numbers: [Double]) -> [Double?] {
        let days = Set(moments.compactMap { $0 }.map(\.day))
        if days.count > 1, !days.contains(nil) {
            return moments.map { moment in moment.flatMap { moment in moment.day.map { moment.seconds(day: $0) } } }
        }
        // One date for all, or none: taken off by anonymising, or kept from the beginning. A series does not take half
        // a day, so a gap of that length within the day is the wrong way round midnight, if the numbers agree.
        let times = moments.map { $0?.second }
        let sorted = times.compactMap { $0 }.sorted()
        let gap = zip(sorted, sorted.dropFirst()).max { $0.1 - $0.0 < $1.1 - $1.0 }
        guard let gap, gap.1 - gap.0 > DICOMMoment.dayLength / 2 else { return times }
        func numbered(_ isWanted: (Double) -> Bool) -> [Double] {
            zip(times, numbers).filter { $0.0.map(isWanted) ?? false }.map(\.1)
        }
        let (beforeMidnight, afterMidnight) = (numbered { $0 >= gap.1 }.max() ?? 0, numbered { $0 <= gap.0 }.min() ?? 0)
        guard beforeMidnight < afterMidnight || Set(numbers).count == 1 else { return times }
        return times.map { time in time.map { $0 <= gap.0 ? $0 + DICOMMoment.dayLength : $0 } }
    }
}
