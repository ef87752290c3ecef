/// The cortex as FreeSurfer's Desikan-Killiany atlas divides it (`ctx-lh-precentral`). The codes of its regions could
/// not be confirmed, except for two that stand with the brain.
extension StructureRow {
    static let cortex: [StructureRow] = [
        ("bankssts", "banks of superior temporal sulcus", 0x3C8C6E),
        ("caudalanteriorcingulate", "caudal anterior cingulate cortex", 0x8C6EA0),
        ("caudalmiddlefrontal", "caudal middle frontal gyrus", 0x78785A),
        ("cuneus", "cuneus", 0xDC466E),
        ("fusiform", "fusiform gyrus", 0xB4DC96),
        ("inferiorparietal", "inferior parietal cortex", 0xDC5AC8),
        ("inferiortemporal", "inferior temporal gyrus", 0xB4783C),
        ("isthmuscingulate", "isthmus of cingulate gyrus", 0x967896),
        ("lateraloccipital", "lateral occipital cortex", 0x4664A0),
        ("lateralorbitofrontal", "lateral orbitofrontal cortex", 0x508264),
        ("lingual", "lingual gyrus", 0xE19696),
        ("medialorbitofrontal", "medial orbitofrontal cortex", 0xBE4B78),
        ("middletemporal", "middle temporal gyrus", 0xA06E5A),
        ("parahippocampal", "parahippocampal gyrus", 0x50DC78),
        ("paracentral", "paracentral lobule", 0x82DCA0),
        ("parsopercularis", "pars opercularis", 0xDCBE96),
        ("parsorbitalis", "pars orbitalis", 0x6E8250),
        ("parstriangularis", "pars triangularis", 0xDC8250),
        ("pericalcarine", "pericalcarine cortex", 0x8CA06E),
        ("postcentral", "postcentral gyrus", 0xDC5A50),
        ("posteriorcingulate", "posterior cingulate cortex", 0xDCB4DC),
        ("precentral", "precentral gyrus", 0x5A78DC),
        ("precuneus", "precuneus", 0xA08CB4),
        ("rostralanteriorcingulate", "rostral anterior cingulate cortex", 0x6450A0),
        ("rostralmiddlefrontal", "rostral middle frontal gyrus", 0x5A9B82),
        ("superiorfrontal", "superior frontal gyrus", 0x3CC8DC),
        ("superiorparietal", "superior parietal cortex", 0x64C8B4),
        ("superiortemporal", "superior temporal gyrus", 0x8CDCDC),
        ("supramarginal", "supramarginal gyrus", 0x78A046),
        ("frontalpole", "frontal pole", 0x6E5A82),
        ("temporalpole", "temporal pole", 0x5A6E5A),
        ("transversetemporal", "transverse temporal gyrus", 0x9696C8),
    ].map { label, name, colour in
        .pair(name, "40146001", "Cerebral cortex", colour, "ctx \(label)").wider
    }
}
