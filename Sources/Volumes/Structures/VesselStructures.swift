/// Vessels: what carries red blood in reds, what carries blue blood (the pulmonary artery too) in blues, and the portal
/// system in violets.
extension StructureRow {
    static let vessels: [StructureRow] = [
        .one("aorta", "15825003", "Aorta", 0xE15A4B, "a aorta", "aortic vessel"),
        .one("thoracic aorta", "113262008", "Thoracic aorta", 0xDC5F50, "aorta thoracic"),
        .one("ascending aorta", "54247002", "Ascending aorta", 0xE66E5A, "aorta ascending", "a aorta asc"),
        .one("aortic arch", "57034009", "Aortic arch", 0xF07D64, "arch of aorta"),
        .one("descending aorta", "281130003", "Descending aorta", 0xD2554B, "aorta descending"),
        .one("abdominal aorta", "7832008", "Abdominal aorta", 0xC84B46, "aorta abdominal"),
        .one(
            "brachiocephalic trunk", "12691009", "Brachiocephalic trunk", 0xF05046, "brachiocephalic artery",
            "innominate artery", "truncus brachiocephalicus"),
        .pair("subclavian artery", "36765005", "Subclavian artery", 0xE64646, "a subclavian"),
        .pair("carotid artery", "69105007", "Carotid artery", 0xF5825A, "a carotid", "carotid"),
        .pair("common carotid artery", "32062004", "Common carotid artery", 0xFA6E50, "common carotid"),
        .pair("internal carotid artery", "86117002", "Internal carotid artery", 0xFA5A64, "internal carotid"),
        .pair("external carotid artery", "22286001", "External carotid artery", 0xFA8C6E, "external carotid"),
        .pair("vertebral artery", "85234005", "Vertebral artery", 0xE6785A),
        .one("basilar artery", "59011009", "Basilar artery", 0xE66450),
        .pair("middle cerebral artery", "17232002", "Middle Cerebral Artery", 0xF0965A),
        .one("circle of Willis", "11279006", "Circle of Willis", 0xF0AA6E),
        .one("pulmonary artery", "81040000", "Pulmonary artery", 0x4682DC, "a pulmonary", "pulmonary arteries"),
        .one("pulmonary trunk", "45341000", "Pulmonary trunk", 0x3C73C8, "truncus pulmonalis", "main pulmonary artery"),
        .one("pulmonary veins", "122972007", "Pulmonary vein", 0xDC8CA0, "pulmonary vein", "v pulmonary"),
        .one("coeliac trunk", "57850000", "Celiac Axis", 0xE65A3C, "celiac artery", "celiac axis", "a celiac"),
        .one("superior mesenteric artery", "42258001", "Superior mesenteric artery", 0xF06E3C, "a mesenteric s"),
        .one("inferior mesenteric artery", "33795007", "Inferior mesenteric artery", 0xF0823C),
        .one("hepatic artery", "76015000", "Hepatic artery", 0xDC4B5A),
        .one("splenic artery", "22083002", "Splenic artery", 0xDC556E),
        .pair("renal artery", "2841007", "Renal artery", 0xE6555F, "renal arteries", "a renal"),
        .pair(
            "common iliac artery", "73634005", "Common iliac artery", 0xC83C3C, "common iliac arteries",
            "iliac artery", "iliac arteries", "a iliac c"),
        .pair("external iliac artery", "113269004", "External iliac artery", 0xD2463C, "a iliac ext"),
        .pair("internal iliac artery", "90024005", "Internal iliac artery", 0xDC5046, "a iliac int"),
        .pair("femoral artery", "7657000", "Femoral artery", 0xBE3232, "a femoral"),
        .one("vena cava", "35532006", "Vena cava", 0x4B82C8),
        .one("superior vena cava", "48345005", "Superior vena cava", 0x5A96E6, "svc", "v venacava s"),
        .one(
            "inferior vena cava", "64131007", "Inferior vena cava", 0x2864B4, "ivc", "postcava", "v venacava i"),
        .pair("brachiocephalic vein", "8887007", "Brachiocephalic vein", 0x5082D2, "innominate vein"),
        .pair("subclavian vein", "9454009", "Subclavian vein", 0x468CDC),
        .pair("internal jugular vein", "12123001", "Internal jugular vein", 0x3C78BE, "v jugular int", "ijv"),
        .pair("external jugular vein", "71585003", "External jugular vein", 0x508CC8, "v jugular ext"),
        .one("azygos vein", "72107004", "Azygos vein", 0x6E96D2, "azygous vein", "v azygos"),
        .one("portal vein", "32764006", "Portal vein", 0x6E5AD2, "v portal", "vena portae"),
        .one("splenic vein", "35819009", "Splenic vein", 0x8264C8),
        .one(
            "portal vein and splenic vein", "110765007", "Portal vein and splenic vein", 0x785FCD,
            "portal and splenic vein", "portal and splenic veins"),
        .one("superior mesenteric vein", "90771006", "Superior Mesenteric Vein", 0x8C6EDC, "smv"),
        .one("hepatic veins", "8993003", "Hepatic vein", 0x3C6EAA, "hepatic vein"),
        .one("liver vessels", "59820001", "Blood vessel", 0x5A5AB4, "hepatic vessels", "hepatic vessel", "liver vessel")
            .wider,
        .pair("renal vein", "56400007", "Renal vein", 0x5A78C8),
        .pair(
            "common iliac vein", "46027005", "Common iliac vein", 0x2855A0, "iliac vena", "iliac vein",
            "common iliac veins", "iliac veins", "v iliac c"),
        .pair("external iliac vein", "63507001", "External iliac vein", 0x325FAA, "v iliac ext"),
        .pair("internal iliac vein", "40300007", "Internal iliac vein", 0x3C69B4, "v iliac int"),
    ]
}
