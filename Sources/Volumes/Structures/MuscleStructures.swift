/// Muscles: reds and browns.
extension StructureRow {
    static let muscles: [StructureRow] = [
        .pair("gluteus maximus", "181674001", "Gluteus maximus muscle", 0xB4503C, "gluteus maximus muscle"),
        .pair("gluteus medius", "78333006", "Gluteus medius muscle", 0xC86E50, "gluteus medius muscle"),
        .pair("gluteus minimus", "75297007", "Gluteus minimus muscle", 0x963C32, "gluteus minimus muscle"),
        .pair("iliopsoas", "68455001", "Iliopsoas muscle", 0xAA5A46, "iliopsoas muscle"),
        .pair(
            "deep muscles of back", "244849004", "Deep muscle of back", 0xA0503C, "autochthon",
            "autochthonous back muscle",
            "deep muscle of back", "deep back muscles"),
        .pair("erector spinae", "44947003", "Erector spinae muscle", 0xB45F46, "erector spinae muscle"),
        .pair("latissimus dorsi", "15665001", "Latissimus dorsi muscle", 0xBE5A50, "latissimus dorsi muscle"),
        .pair("trapezius", "31764008", "Trapezius muscle", 0xC8645A, "trapezius muscle"),
        .pair("pectoralis major", "60005003", "Pectoralis major muscle", 0xB95546, "pectoralis major muscle"),
        .pair("pectoralis minor", "18686000", "Pectoralis minor muscle", 0xA54B41, "pectoralis minor muscle"),
        .pair("serratus anterior", "18346003", "Serratus anterior muscle", 0xD27864, "serratus anterior muscle"),
        .pair("deltoid", "35259002", "Deltoid muscle", 0xC35F4B, "deltoid muscle", "deltoideus"),
        .pair("subscapularis", "90588001", "Subscapularis muscle", 0x9B463C, "subscapularis muscle"),
        .pair("supraspinatus", "6423006", "Supraspinatus muscle", 0xCD735A, "supraspinatus muscle"),
        .pair("infraspinatus", "72573008", "Infraspinatus muscle", 0xAF5541, "infraspinatus muscle"),
        .pair("teres major", "1193009", "Teres major muscle", 0xBE6950, "teres major muscle"),
        .pair("teres minor", "51159009", "Teres minor muscle", 0x91413C, "teres minor muscle"),
        .pair(
            "sternocleidomastoid", "22823000", "Sternocleidomastoid muscle", 0xC36E5F, "sternocleidomastoid muscle",
            "scm"),
        .pair("masseter", "79368004", "Masseter muscle", 0xB95A50, "masseter muscle", "musc masseter"),
        .pair("temporalis", "52927003", "Temporalis muscle", 0xA5554B, "temporalis muscle", "musc temporal"),
        .pair("lateral pterygoid", "88938001", "Lateral pterygoid muscle", 0xD28273, "lateral pterygoid muscle"),
        .pair("medial pterygoid", "85002005", "Medial pterygoid muscle", 0x96463C, "medial pterygoid muscle"),
        .pair("digastric", "52410001", "Digastric muscle", 0xCD7864, "digastric muscle", "musc digastric"),
        .pair("platysma", "18252004", "Platysma muscle", 0xDC8C78, "platysma muscle", "musc platysma"),
        .one("muscles of abdominal wall", "1142228004", "Abdominal wall muscle", 0xA55A4B, "abdominal wall muscle"),
        .one("muscles of chest wall", "372074006", "Chest wall muscle", 0xC35A4B, "chest wall muscle"),
    ]

    /// Muscles whose own codes could not be confirmed.
    static let furtherMuscles: [StructureRow] = [
        .pair("psoas major", "127954009", "Skeletal muscle", 0xA05041, "psoas major muscle").wider,
        .pair("quadratus lumborum", "127954009", "Skeletal muscle", 0xC87864, "quadratus lumborum muscle").wider,
        .pair("rectus abdominis", "127954009", "Skeletal muscle", 0xBE6455, "rectus abdominis muscle").wider,
        .pair(
            "external oblique", "127954009", "Skeletal muscle", 0xD2826E, "external oblique of abdomen",
            "obliquus externus abdominis", "external oblique muscle"
        ).wider,
        .pair(
            "internal oblique", "127954009", "Skeletal muscle", 0xAF5F50, "internal oblique of abdomen",
            "obliquus internus abdominis", "internal oblique muscle"
        ).wider,
        .pair("transversospinalis", "127954009", "Skeletal muscle", 0x9B4B3C, "transversospinalis muscle").wider,
        .pair("quadriceps femoris", "127954009", "Skeletal muscle", 0xC36450, "quadriceps", "quadriceps femoris muscle")
            .wider,
        .pair("sartorius", "127954009", "Skeletal muscle", 0xDC9178, "sartorius muscle").wider,
        .pair("triceps brachii", "127954009", "Skeletal muscle", 0xB45A46, "triceps brachii muscle").wider,
        .pair("coracobrachialis", "127954009", "Skeletal muscle", 0xA55046, "coracobrachial", "coracobrachialis muscle")
            .wider,
        .pair("levator scapulae", "127954009", "Skeletal muscle", 0xC87869, "levator scapulae muscle").wider,
        .pair(
            "anterior scalene", "127954009", "Skeletal muscle", 0xB96455, "scalenus anterior", "anterior scalene muscle"
        ).wider,
        .pair("middle scalene", "127954009", "Skeletal muscle", 0xCD7D6E, "scalenus medius", "middle scalene muscle")
            .wider,
        .pair(
            "posterior scalene", "127954009", "Skeletal muscle", 0xA0554B, "scalenus posterior",
            "posterior scalene muscle"
        ).wider,
        .pair("sternothyroid", "127954009", "Skeletal muscle", 0xBE6E5F, "sterno thyroid", "sternothyroid muscle")
            .wider,
        .pair("thyrohyoid", "127954009", "Skeletal muscle", 0xD78C7D, "thyrohyoid muscle").wider,
        .pair("prevertebral muscles", "127954009", "Skeletal muscle", 0xAA5A50, "prevertebral", "prevertebral muscle")
            .wider,
        .pair(
            "superior rectus of eye", "127954009", "Skeletal muscle", 0xE67864, "superior rectus",
            "superior rectus muscle"
        ).wider,
        .pair(
            "inferior rectus of eye", "127954009", "Skeletal muscle", 0xD26955, "inferior rectus",
            "inferior rectus muscle"
        ).wider,
        .pair("medial rectus of eye", "127954009", "Skeletal muscle", 0xBE5A4B, "medial rectus", "medial rectus muscle")
            .wider,
        .pair(
            "lateral rectus of eye", "127954009", "Skeletal muscle", 0xF08C78, "lateral rectus", "lateral rectus muscle"
        ).wider,
        .pair(
            "superior oblique of eye", "127954009", "Skeletal muscle", 0xC87D69, "superior oblique",
            "superior oblique muscle"
        ).wider,
        .pair(
            "inferior oblique of eye", "127954009", "Skeletal muscle", 0xB4695A, "inferior oblique",
            "inferior oblique muscle"
        ).wider,
        .pair(
            "levator palpebrae superioris", "127954009", "Skeletal muscle", 0xDC8C7D,
            "levator palpebrae superioris muscle"
        ).wider,
        .one("superior pharyngeal constrictor", "4866005", "Constrictor muscle of pharynx", 0xAF5064).wider,
        .one("middle pharyngeal constrictor", "4866005", "Constrictor muscle of pharynx", 0x9B465A).wider,
        .one("inferior pharyngeal constrictor", "4866005", "Constrictor muscle of pharynx", 0x8C3C50).wider,
    ]
}
