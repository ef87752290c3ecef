/// What a label counts that a case's result and truth both lack.
public enum BothEmptyPolicy: String, Sendable, CaseIterable {
    /// It has no values and is not counted.
    case skip
    /// Full agreement: overlap and surface Dice 1, distances and volume difference 0.
    case one
}

/// What a label counts that only one of a case's result and truth holds.
public enum OneEmptyPolicy: String, Sendable, CaseIterable {
    /// No agreement: overlap and surface Dice 0. A distance to nothing has no value and is not averaged.
    case zero
    /// It has no values and is not counted.
    case skip
}
