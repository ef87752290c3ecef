/// The brain and the spinal cord: greys and yellows for matter, greens and violets for nuclei, blue for fluid.
extension StructureRow {
    static let brain: [StructureRow] = [
        .one("brain", "12738006", "Brain", 0xF0C3C3, "whole brain", "brain parenchyma", "brain mask"),
        .pair("cerebral hemisphere", "372073000", "Cerebral hemisphere", 0xE1C3B4),
        .one("cerebrum", "83678007", "Cerebrum", 0xE1B4A5),
        .one("grey matter", "389081007", "Gray Matter", 0xC8C8D7, "gray matter"),
        .one("white matter", "389080008", "White Matter", 0xF5F5DC, "wm"),
        .pair(
            "cerebral cortex", "40146001", "Cerebral cortex", 0xD27887, "cerebral gray matter", "cerebral grey matter",
            "ctx", "cerebrum cortex"),
        .pair(
            "cerebral white matter", "68523003", "Cerebral White Matter", 0xF0F0E1, "cerebrum white matter",
            "cerebral wm"),
        .pair("frontal lobe", "83251001", "Frontal lobe", 0x78B4C3),
        .pair("parietal lobe", "16630005", "Parietal lobe", 0xB487C3),
        .pair("temporal lobe", "78277001", "Temporal lobe", 0xD29678),
        .pair("occipital lobe", "31065004", "Occipital lobe", 0xC3C378),
        .pair("limbic lobe", "279215006", "Limbic lobe", 0x9696C3),
        .pair("insula", "36169008", "Insula", 0xC387A5, "ctx insula", "insular cortex", "insular lobe"),
        .pair("entorhinal cortex", "3937002", "Entorhinal Cortex", 0xDC5A78, "entorhinal", "ctx entorhinal"),
        .pair("thalamus", "42695009", "Thalamus", 0x1E964B, "thalamus proper"),
        .pair("caudate nucleus", "11000004", "Caudate nucleus", 0x78B4E1, "caudate"),
        .pair("putamen", "89278009", "Putamen", 0xE15AB4),
        .pair("globus pallidus", "14738005", "Globus pallidus", 0x3C69E1, "pallidum"),
        .pair("corpus striatum", "31428008", "Corpus striatum", 0xB487C3, "striatum"),
        .pair(
            "nucleus accumbens", "427667007", "Nucleus Accumbens", 0xF0A032, "accumbens", "accumbens area",
            "accumbens nucleus"),
        .pair("hippocampus", "5366008", "Hippocampus", 0xE6D23C, "hippocampi", "hippo", "hippocampal formation"),
        .pair(
            "anterior hippocampus", "5366008", "Hippocampus", 0xE1B43C, "hippocampus anterior", "hippocampus ant"
        )
        .wider,
        .pair("posterior hippocampus", "5366008", "Hippocampus", 0x96D24B, "hippocampus posterior", "hippocampus post")
            .wider,
        .pair("head of hippocampus", "5366008", "Hippocampus", 0xF0C85A, "hippocampus head", "hippocampal head").wider,
        .pair("body of hippocampus", "5366008", "Hippocampus", 0xC8DC50, "hippocampus body", "hippocampal body").wider,
        .pair("tail of hippocampus", "5366008", "Hippocampus", 0x82D264, "hippocampus tail", "hippocampal tail").wider,
        .pair("amygdala", "4958002", "Amygdala", 0x69E1E1, "amygdalae", "amygdaloid complex"),
        .pair("ventral diencephalon", "110700", "Ventral Diencephalon", 0xA55A2D, "ventral dc").scheme("DCM"),
        .one("diencephalon", "87563008", "Diencephalon", 0x87964B),
        .one("hypothalamus", "67923007", "Hypothalamus", 0x5AA08C),
        .pair("substantia nigra", "70007007", "Substantia nigra", 0x0F6969),
        .pair("internal capsule", "85637007", "Internal capsule", 0xE1D7AA),
        .pair("external capsule", "10517005", "External capsule", 0xD7CDA0),
        .one("corpus callosum", "88442005", "Corpus callosum", 0x5A78B4),
        .one("genu of corpus callosum", "70215001", "Genu of corpus callosum", 0x7D8CC8, "corpus callosum genu"),
        .one(
            "splenium of corpus callosum", "23347006", "Splenium of corpus callosum", 0x4B5AA5,
            "corpus callosum splenium"),
        .one("anterior corpus callosum", "88442005", "Corpus callosum", 0x8291CD, "cc anterior").wider,
        .one("mid-anterior corpus callosum", "88442005", "Corpus callosum", 0x7382C3, "cc mid anterior").wider,
        .one("central corpus callosum", "88442005", "Corpus callosum", 0x6473B9, "cc central").wider,
        .one("mid-posterior corpus callosum", "88442005", "Corpus callosum", 0x5564AF, "cc mid posterior").wider,
        .one("posterior corpus callosum", "88442005", "Corpus callosum", 0x4655A0, "cc posterior").wider,
        .pair("fornix", "87463005", "Cerebral fornix", 0x3C7896),
        .pair("optic tract", "53238003", "Optic tract", 0x96A569),
        .pair("optic radiation", "70105001", "Optic radiation", 0x4B9687),
        .one(
            "brain stem", "119238007", "Brain Stem", 0x78A5B4, "brainstem", "truncus encephali"),
        .one("midbrain", "61962009", "Midbrain", 0x91788C, "mesencephalon"),
        .one("pons", "49557009", "Pons", 0x7D91A0),
        .one("cerebellum", "113305005", "Cerebellum", 0xE6A06E),
        .pair("cerebellar hemisphere", "6566002", "Cerebellar hemisphere", 0xE19669, "cerebellum hemisphere"),
        .pair(
            "cerebellar cortex", "25991003", "Cerebellar cortex", 0xE1961E, "cerebellum cortex",
            "cerebellar gray matter", "cerebellar grey matter", "cerebellum exterior"),
        .pair(
            "cerebellar white matter", "33060004", "Cerebellar white matter", 0xE1FFA5, "cerebellum white matter",
            "cerebellum wm"),
        .pair("superior cerebellar peduncle", "11089000", "Superior cerebellar peduncle", 0xBEA064),
        .pair("middle cerebellar peduncle", "33723005", "Middle cerebellar peduncle", 0xAA8C5A),
        .pair("inferior cerebellar peduncle", "67701001", "Inferior cerebellar peduncle", 0xB48787),
        .one(
            "brain ventricles", "35764002", "Brain ventricle", 0x5A78E6, "brain ventricle", "cerebral ventricles",
            "ventricles of brain", "ventricular system"),
        .pair("lateral ventricle", "66720007", "Lateral ventricle", 0x7D3CC8, "lat vent"),
        .pair(
            "anterior horn of lateral ventricle", "30399003", "Anterior horn lateral ventricle", 0x9150D2,
            "ventricle frontal horn", "frontal horn", "frontal horn of lateral ventricle"),
        .pair(
            "posterior horn of lateral ventricle", "52943005", "Posterior horn lateral ventricle", 0x6E46B4,
            "ventricle occipital horn", "occipital horn", "occipital horn of lateral ventricle"),
        .pair(
            "inferior horn of lateral ventricle", "53118009", "Inferior horn of lateral ventricle", 0xC33CFF,
            "inf lat vent", "inferior lateral ventricle", "ventricle temporal horn", "temporal horn",
            "temporal horn of lateral ventricle"),
        .one("third ventricle", "49841001", "Third ventricle", 0x50B4C8, "3rd ventricle", "ventricle 3"),
        .one("fourth ventricle", "35918002", "Fourth ventricle", 0x2DD2A5, "4th ventricle", "ventricle 4"),
        .one("fifth ventricle", "180933005", "Fifth ventricle", 0x78BEA0, "5th ventricle"),
        .pair("choroid plexus", "80621003", "Choroid plexus", 0x00C8C8, "plexus choroideus"),
        .one("subarachnoid space", "35951006", "Subarachnoid space", 0x6EA0F0),
        .one("cerebrospinal fluid", "65216001", "Cerebrospinal Fluid", 0x3C78F0, "csf").substance,
        .one("meninges", "1231004", "Meninges", 0xFFF0C8),
        .one("pineal gland", "45793000", "Pineal Gland", 0xFF87C3, "pineal"),
        .one("pituitary gland", "56329008", "Pituitary", 0x3CC369, "pituitary", "hypophysis"),
        .one("spinal cord", "2748008", "Spinal cord", 0xF0D22D, "medulla spinalis", "myelon"),
        .one(
            "spinal cord grey matter", "12958003", "Spinal cord gray matter", 0xB4B4C8, "spinal cord gray matter",
            "gray matter of spinal cord", "grey matter of spinal cord"),
        .one(
            "spinal cord white matter", "27088001", "Spinal cord white matter", 0xFAF5C8,
            "white matter of spinal cord"),
        .one("spinal canal", "61853006", "Vertebral canal", 0xE6DC82, "vertebral canal"),
        .one("cauda equina", "7173007", "Cauda equina", 0xE6BE3C),
    ]
}
