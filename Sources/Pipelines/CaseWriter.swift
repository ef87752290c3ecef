import Volumes
import VolumeIO
struct CaseWriter { let folder: String; let id: String; let table: LabelTable; var names: [String] = []
  init(folder: String, id: String, table: LabelTable) { (self.folder, self.id, self.table) = (folder, id, table) }
  mutating func write(_ kind: OutputKind, volume: Volume, result: LabelVolume, outcome: CaseOutcome) throws {} }
