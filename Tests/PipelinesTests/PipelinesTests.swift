@testable import Pipelines
