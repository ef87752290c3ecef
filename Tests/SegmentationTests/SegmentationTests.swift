@testable import Segmentation
