/// Regions and tissues without a place of their own.
extension StructureRow {
    static let tissues: [StructureRow] = [
        .one("whole body", "38266002", "Entire body", 0xD2AA96, "entire body", "body contour", "body outline"),
        .one("trunk", "22943007", "Trunk", 0xD2A08C, "torso", "body trunc", "body trunk"),
        .pair("limb", "66019005", "Extremity", 0xC8A096, "body extremities", "extremity", "extremities"),
        .pair("upper limb", "53120007", "Upper limb", 0xCDA596, "upper extremity"),
        .pair("lower limb", "61685007", "Lower limb", 0xC39B8C, "lower extremity"),
        .one("skin", "39937001", "Skin", 0xDCAF91).tissue,
        .one("bone", "3138006", "Bone", 0xF0E1A5, "bones", "bone tissue").tissue,
        .one("bone marrow", "14016003", "Bone marrow", 0xD28C6E, "marrow"),
        .one("muscle", "91727004", "Muscle", 0xC3695A, "muscles", "muscle tissue").tissue,
        .one("skeletal muscle", "127954009", "Skeletal muscle", 0xB95F50, "skeletal muscles").tissue,
        .one("fat", "55603005", "Fat", 0xF5E696, "adipose tissue", "fatty tissue").tissue,
        .one(
            "subcutaneous fat", "67769002", "Subcutaneous fatty tissue", 0xFAF0A0, "subcutaneous fatty tissue",
            "subcutaneous adipose tissue", "sat"
        ).tissue,
        .one("subcutaneous tissue", "71966008", "Subcutaneous tissue", 0xF0E1AA, "subcutis").tissue,
        .one("torso fat", "55603005", "Fat", 0xEBD778, "trunk fat").tissue.wider,
        .one("visceral fat", "55603005", "Fat", 0xE6C85A, "visceral adipose tissue", "vat").tissue.wider,
        .one("intermuscular fat", "55603005", "Fat", 0xE1D28C, "intermuscular adipose tissue", "imat").tissue.wider,
        .one("epicardial fat", "55603005", "Fat", 0xF0DC64, "epicardial adipose tissue").tissue.wider,
        .one("soft tissue", "87784001", "Soft tissue", 0xD7A096).tissue,
        .one("connective tissue", "21793004", "Connective tissue", 0xC8D2C8).tissue,
        .one("cartilage", "309312004", "Cartilage", 0x78BED2, "cartilages").tissue,
        .one("meniscus", "74135004", "Meniscus", 0xAA8CD7, "menisci").tissue,
        .one("ligament", "52082005", "Ligament", 0xB4D2D2).tissue,
        .one("tendon", "13024002", "Tendon", 0xA5C8D7).tissue,
        .one("blood vessel", "59820001", "Blood vessel", 0xC85078, "vessel", "vasculature").tissue,
        .one("artery", "51114001", "Artery", 0xD2694B, "arteries").tissue,
        .one("vein", "29092000", "Vein", 0x2D82C8).tissue,
        .one("blood", "87612001", "Blood", 0xBE1E1E).substance,
        .one("nerve", "91728009", "Nerve", 0xF0D22D, "nerves").tissue,
        .one("lymph nodes", "59441001", "Lymph node", 0x4BA569, "lymph node").tissue,
    ]
}

/// What does not belong: bright colours, since it is what one looks for.
extension StructureRow {
    static let lesions: [StructureRow] = [
        .one("tumour", "108369006", "Neoplasm", 0xE63C8C, "neoplasm").abnormal,
        .one("primary tumour", "372087000", "Neoplasm, Primary", 0xDC2878, "primary neoplasm").abnormal,
        .one("metastasis", "14799000", "Neoplasm, Secondary", 0xF05AB4, "metastases", "secondary neoplasm").abnormal,
        .one("brain tumour", "108369006", "Neoplasm", 0xE6469B).abnormal.wider,
        .one("lung tumour", "108369006", "Neoplasm", 0xDC46A0).abnormal.wider,
        .one("liver tumour", "108369006", "Neoplasm", 0xE650A5, "hepatic tumour").abnormal.wider,
        .one("pancreatic tumour", "108369006", "Neoplasm", 0xD23C96, "pancreas tumour").abnormal.wider,
        .pair("kidney tumour", "108369006", "Neoplasm", 0xF0468C, "renal tumour").abnormal.wider,
        .one("prostate tumour", "108369006", "Neoplasm", 0xE632AA).abnormal.wider,
        .pair("breast tumour", "108369006", "Neoplasm", 0xF05096).abnormal.wider,
        .one(
            "enhancing lesion", "C113842", "Enhancing Lesion", 0xFF5A3C, "enhancing tumour",
            "contrast enhancing lesion",
            "contrast enhancing tumour"
        ).scheme("NCIt").abnormal,
        .one(
            "non-enhancing lesion", "C81175", "Non-Enhancing Lesion", 0xC878F0, "non enhancing tumour",
            "nonenhancing tumour", "nonenhancing lesion"
        ).scheme("NCIt").abnormal,
        .one("lesion", "52988006", "Lesion", 0xFF8C28).abnormal,
        .one("brain lesion", "301766008", "Lesion of Brain", 0xFF963C, "lesion of brain").abnormal,
        .one("liver lesion", "52988006", "Lesion", 0xFF8246, "hepatic lesion").abnormal.wider,
        .one("prostate lesion", "52988006", "Lesion", 0xFF783C).abnormal.wider,
        .one("mass", "4147007", "Mass", 0xDC6450).abnormal,
        .one("nodule", "27925004", "Nodule", 0xF0AA28).abnormal,
        .one("lung nodule", "27925004", "Nodule", 0xF0B43C, "pulmonary nodule").abnormal.wider,
        .one("thyroid nodule", "237495005", "Thyroid Nodule", 0xE6A03C, "nodule of thyroid").abnormal,
        .one("cyst", "367643001", "Cyst", 0xC8D25A).abnormal,
        .pair("kidney cyst", "367643001", "Cyst", 0xDCDC64, "renal cyst", "cyst of kidney").abnormal.wider,
        .one("oedema", "79654002", "Edema", 0x87E1E1).abnormal,
        .one("peritumoural oedema", "79654002", "Edema", 0x78D2DC, "peritumoral edema").abnormal.wider,
        .one("necrosis", "6574001", "Necrosis", 0x8C7896, "necrotic tissue").abnormal,
        .one("necrotic tumour core", "6574001", "Necrosis", 0x966E8C, "necrotic tumor").abnormal.wider,
        .one("haemorrhage", "50960005", "Hemorrhage", 0xC31E2D, "bleeding").abnormal,
        .one("intracerebral haemorrhage", "50960005", "Hemorrhage", 0xC81E3C, "cerebral haemorrhage").abnormal.wider,
        .one("haematoma", "35566002", "Hematoma", 0x961428).abnormal,
        .one("blood clot", "75753009", "Blood clot", 0x912D3C, "clot").abnormal,
        .one("thrombus", "396339007", "Thrombus", 0x873C46).abnormal,
        .one("aneurysm", "85659009", "Aneurysm", 0xF0285A).abnormal,
        .one("brain aneurysm", "85659009", "Aneurysm", 0xF03C6E, "cerebral aneurysm").abnormal.wider,
        .one("abscess", "44132006", "Abscess", 0xB4C83C).abnormal,
        .one("effusion", "41699000", "Effusion", 0x64D2F0).abnormal,
        .pair("pleural effusion", "41699000", "Effusion", 0x50C8F0).abnormal.wider,
        .one("pericardial effusion", "41699000", "Effusion", 0x3CBEF0).abnormal.wider,
        .one("lung infiltrate", "47351003", "Infiltrate", 0xFFA064, "lung covid infiltrate").abnormal.wider,
        .one("infiltrate", "47351003", "Infiltrate", 0xFF9650).abnormal,
        .one(
            "white matter hypointensities", "110701", "White Matter T1 Hypointensity", 0xC8466E, "wm hypointensities",
            "white matter hypointensity"
        ).scheme("DCM").abnormal,
        .one(
            "white matter hyperintensities", "110702", "White Matter T2 Hyperintensity", 0xFA5078,
            "wm hyperintensities",
            "white matter hyperintensity", "wmh"
        ).scheme("DCM").abnormal,
        .one("scar", "12402003", "Scar tissue", 0xBEB4AA, "scar tissue").abnormal,
        .one("calcification", "18115005", "Pathologic calcification", 0xFFFAF0).abnormal,
    ]
}
