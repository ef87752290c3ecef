/// The version of this program and its library.
public let tomosVersion = "0.1.0"
