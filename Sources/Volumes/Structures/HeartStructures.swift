/// The heart: reds on its left, blues and violets on its right.
extension StructureRow {
    static let heart: [StructureRow] = [
        .one("heart", "80891009", "Heart", 0xD2695A, "whole heart"),
        .one("myocardium", "74281007", "Myocardium", 0xA0463C, "heart myocardium", "myo", "heart muscle"),
        .one(
            "left ventricular myocardium", "49848007", "Left Ventricle Myocardium", 0xB45046,
            "left ventricle myocardium",
            "myocardium of left ventricle", "myocardium of the left ventricle", "lv myocardium", "lv myo", "lvm",
            "lvmyo", "myocardium lv"),
        .one(
            "left ventricle", "87878005", "Left ventricle", 0xE63232, "heart ventricle left", "left ventricle of heart",
            "lv", "lv blood pool", "left ventricle blood pool", "left ventricular blood pool", "lv blood cavity",
            "left ventricle blood cavity", "left ventricular cavity", "left ventricle cavity", "lv cavity", "lvc",
            "left cardiac ventricle", "heart left ventricle"),
        .one(
            "right ventricle", "53085002", "Right ventricle", 0x3264DC, "heart ventricle right",
            "right ventricle of heart", "rv", "rv blood pool", "right ventricle blood pool",
            "right ventricular blood pool", "rv blood cavity", "right ventricle blood cavity",
            "right ventricular cavity",
            "right ventricle cavity", "rv cavity", "rvc", "right cardiac ventricle", "heart right ventricle"),
        .one(
            "left atrium", "82471001", "Left atrium", 0xF08C78, "heart atrium left", "la", "la blood cavity",
            "left atrium blood cavity", "left atrial cavity", "la cavity", "left atrium of heart", "left cardiac atrium"
        ),
        .one(
            "right atrium", "73829009", "Right atrium", 0x78A0F0, "heart atrium right", "ra", "ra blood cavity",
            "right atrium blood cavity", "right atrial cavity", "ra cavity", "right atrium of heart",
            "right cardiac atrium"),
        .one(
            "left atrial appendage", "33626005", "Left auricular appendage", 0xF5AA8C, "atrial appendage left", "laa",
            "left auricular appendage"),
        .one(
            "right atrial appendage", "68300000", "Right auricular appendage", 0x96B9F5, "atrial appendage right",
            "raa",
            "right auricular appendage"),
        .one("interventricular septum", "589001", "Interventricular septum", 0xC3694B, "ventricular septum", "ivs"),
        .one("interatrial septum", "58095006", "Interatrial septum", 0xD28C78, "atrial septum"),
        .one("left ventricular outflow tract", "13418002", "Left ventricle outflow tract", 0xDC5A46, "lvot"),
        .one("right ventricular outflow tract", "44627009", "Right ventricle outflow tract", 0x466ED2, "rvot"),
        .one("aortic valve", "34202007", "Aortic valve", 0xF0C864, "valve aortic"),
        .one("mitral valve", "91134007", "Mitral valve", 0xE6AA50, "valve mitral", "bicuspid valve"),
        .one("pulmonary valve", "39057004", "Pulmonary valve", 0xB4DC8C, "valve pulmonic", "pulmonic valve"),
        .one("tricuspid valve", "46030003", "Tricuspid valve", 0x96C878, "valve tricuspid"),
        .one("pericardium", "76848001", "Pericardium", 0xF5E6B4, "pericardial sac"),
        .one("epicardium", "6871001", "Epicardium", 0xF0DCA0),
        .one("pericardial cavity", "25489000", "Pericardial cavity", 0xC896B4),
        .one("coronary arteries", "41801008", "Coronary artery", 0xFF5050, "coronary artery", "coronaries"),
        .one("left main coronary artery", "3227004", "Left Main Coronary Artery", 0xF05A5A),
        .one("left coronary artery", "50018008", "Left Coronary Artery", 0xF56464),
        .one(
            "left anterior descending artery", "59438005", "Left Anterior Descending Coronary Artery", 0xFF7864, "lad",
            "left anterior descending", "left anterior descending coronary artery", "a lad"),
        .one(
            "circumflex artery", "57396003", "Circumflex Coronary Artery", 0xFF9678, "lcx", "left circumflex",
            "left circumflex artery", "left circumflex coronary artery", "circumflex coronary artery"),
        .one("right coronary artery", "13647002", "Right Coronary Artery", 0xE6466E, "rca"),
        .one("coronary sinus", "90219004", "Coronary sinus", 0x5078C8),
        .one("aortic root", "8128003", "Aortic root", 0xF0786E, "root of aorta", "aorta root"),
    ]
}
