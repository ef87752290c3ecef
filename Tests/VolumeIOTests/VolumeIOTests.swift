@testable import VolumeIO
