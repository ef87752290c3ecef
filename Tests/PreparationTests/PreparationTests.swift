@testable import Preparation
