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
        guard let time, let second = Self.second(time.filter { $0 != ":" }) else { return nil }
        (self.day, self.second) = (date.flatMap { Self.day($0.filter { $0 != "." }) }, second)
    }

    /// A DT value, `20200131235959.5+0100`; nil when it states no time of day. What it states is the local time, and the
    /// offset from UTC is taken off so that a clock that changes within a series does not count.
    init?(dateTime: String) {
        let sign = dateTime.firstIndex { "&+-".contains($0) }
        let local = sign.map { dateTime[..<$0] } ?? dateTime[...]
        guard local.count > 8, let day = Self.day(String(local.prefix(8))),
            let second = Self.second(String(local.dropFirst(8)))
        else { return nil }
        (self.day, self.second) = (day, second - (sign.flatMap { Self.offset(dateTime[$0...]) } ?? 0))
    }

    /// Seconds on one scale for moments that all state a day.
    func seconds(day: Int) -> Double { Double(day) * Self.dayLength + second }

    private static func second(_ text: String) -> Double? {
        let digits = text.prefix { $0 != "." }.filter { $0 != " " }
        guard (2...6).contains(digits.count), digits.count % 2 == 0, digits.allSatisfy(\.isASCII),
            digits.allSatisfy(\.isNumber)
        else { return nil }
        let parts = stride(from: 0, to: digits.count, by: 2).compactMap { Int(digits.dropFirst($0).prefix(2)) }
        let padded = parts + [0, 0]
        // 60 is a leap second.
        guard padded[0] < 24, padded[1] < 60, padded[2] <= 60 else { return nil }
        let fraction = digits.count == 6 ? Double("0" + text.drop { $0 != "." }.filter { $0 != " " }) ?? 0 : 0
        return Double(padded[0] * 3600 + padded[1] * 60 + padded[2]) + fraction
    }

    private static func day(_ text: String) -> Int? {
        let digits = text.filter { $0 != " " }
        guard digits.count == 8, let number = Int(digits), number > 0 else { return nil }
        let (year, month, date) = (number / 10_000, number / 100 % 100, number % 100)
        guard (1...12).contains(month), (1...31).contains(date) else { return nil }
        // Counted from March, so that the day that leap years add is a year's last.
        let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + date - 1
    }

    /// `+0100` or `&-0530` in seconds.
    private static func offset(_ text: Substring) -> Double? {
        let stated = text.drop { $0 == "&" }
        let digits = stated.dropFirst().prefix(4)
        guard digits.count == 4, let number = Int(digits), number >= 0 else { return nil }
        return Double(number / 100 * 3600 + number % 100 * 60) * (stated.first == "-" ? -1 : 1)
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
            for (n, second) in seconds(moments, numbers: images.map(\.instanceOrder)).enumerated() {
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
