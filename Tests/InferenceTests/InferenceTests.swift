@testable import Inference
