@testable import Volumes
