#include "objects_source.h"

#include "objects_items.h"
#include "objects_text.h"

namespace tomos::objects {

namespace {

// Elements of type 2 stand in the object even where the source has none.
const DcmTagKey needed[] = {
    // Patient (PS3.3 C.7.1.1) and general study (C.7.2.1).
    DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate, DCM_StudyTime,
    DCM_ReferringPhysicianName, DCM_StudyID, DCM_AccessionNumber,
    // Frame of reference (C.7.4.1).
    DCM_PositionReferenceIndicator,
};

const DcmTagKey copied[] = {
    // Patient.
    DCM_IssuerOfPatientID, DCM_IssuerOfPatientIDQualifiersSequence, DCM_TypeOfPatientID,
    DCM_PatientBirthDateInAlternativeCalendar, DCM_PatientDeathDateInAlternativeCalendar,
    DCM_PatientAlternativeCalendar, DCM_PatientBirthTime, DCM_QualityControlSubject, DCM_OtherPatientIDsSequence,
    DCM_OtherPatientNames, DCM_EthnicGroup, DCM_PatientComments, DCM_PatientSpeciesDescription,
    DCM_PatientSpeciesCodeSequence, DCM_PatientBreedDescription, DCM_PatientBreedCodeSequence,
    DCM_BreedRegistrationSequence, DCM_StrainDescription, DCM_StrainNomenclature, DCM_ResponsiblePerson,
    DCM_ResponsiblePersonRole, DCM_ResponsibleOrganization, DCM_PatientIdentityRemoved, DCM_DeidentificationMethod,
    DCM_DeidentificationMethodCodeSequence, DCM_LongitudinalTemporalInformationModified,
    // General study.
    DCM_StudyInstanceUID, DCM_StudyDescription, DCM_ConsultingPhysicianName, DCM_IssuerOfAccessionNumberSequence,
    DCM_PhysiciansOfRecord, DCM_PhysiciansOfRecordIdentificationSequence, DCM_NameOfPhysiciansReadingStudy,
    DCM_PhysiciansReadingStudyIdentificationSequence, DCM_ReferringPhysicianIdentificationSequence,
    DCM_RequestingService, DCM_RequestingServiceCodeSequence, DCM_ReferencedStudySequence,
    DCM_ProcedureCodeSequence, DCM_ReasonForPerformedProcedureCodeSequence,
    // Patient study (C.7.2.2).
    DCM_AdmittingDiagnosesDescription, DCM_AdmittingDiagnosesCodeSequence, DCM_PatientAge, DCM_PatientSize,
    DCM_PatientWeight, DCM_PatientSizeCodeSequence, DCM_PatientBodyMassIndex, DCM_MeasuredAPDimension,
    DCM_MeasuredLateralDimension, DCM_MedicalAlerts, DCM_Allergies, DCM_SmokingStatus, DCM_PregnancyStatus,
    DCM_LastMenstrualDate, DCM_PatientState, DCM_Occupation, DCM_AdditionalPatientHistory, DCM_AdmissionID,
    DCM_IssuerOfAdmissionIDSequence, DCM_ServiceEpisodeID, DCM_IssuerOfServiceEpisodeIDSequence,
    DCM_ServiceEpisodeDescription, DCM_PatientSexNeutered, DCM_ReasonForVisit, DCM_ReasonForVisitCodeSequence,
    // Clinical trial subject and study (C.7.1.3, C.7.2.3).
    DCM_ClinicalTrialSponsorName, DCM_ClinicalTrialProtocolID, DCM_ClinicalTrialProtocolName,
    DCM_ClinicalTrialSiteID, DCM_ClinicalTrialSiteName, DCM_ClinicalTrialSubjectID,
    DCM_ClinicalTrialSubjectReadingID, DCM_ClinicalTrialProtocolEthicsCommitteeName,
    DCM_ClinicalTrialProtocolEthicsCommitteeApprovalNumber, DCM_ClinicalTrialTimePointID,
    DCM_ClinicalTrialTimePointDescription, DCM_LongitudinalTemporalOffsetFromEvent,
    DCM_LongitudinalTemporalEventType, DCM_ConsentForClinicalTrialUseSequence,
    DCM_FrameOfReferenceUID,
};

const DcmTagKey lossy[] = {
    DCM_LossyImageCompression, DCM_LossyImageCompressionRatio, DCM_LossyImageCompressionMethod,
};

void copyElement(const DcmTagKey &key, DcmItem &from, FileText &text, DcmItem &to) {
    DcmElement *element = nullptr;
    if (from.findAndGetElement(key, element).bad() || element->isEmpty()) { return; }
    // An age of "0Y" would make the object as invalid as its source.
    if (!isText(element->ident()) && element->checkValue("1-n").bad()) { return; }
    OFunique_ptr<DcmElement> copy(dynamic_cast<DcmElement *>(element->clone()));
    require(copy != nullptr, "an element of the source cannot be copied");
    text.convert(*copy);
    require(to.insert(copy.get(), OFTrue), "an element of the source");
    copy.release();
}

// Anonymisers empty the UIDs of the data set and leave those of the file's own header.
std::string identity(DcmFileFormat &file, const DcmTagKey &key, const DcmTagKey &metaKey, const char *name) {
    const std::string value = word(*file.getDataset(), key);
    const std::string found = value.empty() ? word(*file.getMetaInfo(), metaKey) : value;
    require(!found.empty(), std::string("the source has no ") + name);
    return found;
}

void fill(DcmItem &dataset, const DcmTagKey &key, const char *other, const char *name) {
    if (!word(dataset, key).empty()) { return; }
    require(isGiven(other), std::string("the source has no ") + name);
    put(dataset, key, other);
}

// Type 1C, and absent or empty in many files whose identity was removed.
void stateDeidentification(DcmItem &dataset) {
    const bool isStated =
        !word(dataset, DCM_DeidentificationMethod).empty() || dataset.tagExists(DCM_DeidentificationMethodCodeSequence);
    if (word(dataset, DCM_PatientIdentityRemoved) != "YES" || isStated) { return; }
    require(
        dataset.putAndInsertString(DCM_DeidentificationMethod, "not stated by the source image"),
        "an element of the object");
}

void copyLossy(DcmItem &from, FileText &text, DcmItem &to) {
    if (word(from, DCM_LossyImageCompression) != "01") {
        require(to.putAndInsertString(DCM_LossyImageCompression, "00"), "lossy image compression");
        return;
    }
    for (const DcmTagKey &key : lossy) { copyElement(key, from, text, to); }
}

} // namespace

SourceImage copySource(const char *path, const StandIns &standIns, DcmItem &dataset) {
    DcmFileFormat file;
    // Values above this stay in the file: none of the modules' is as long.
    require(
        file.loadFileUntilTag(path, EXS_Unknown, EGL_noChange, 4096, ERM_autoDetect, DCM_PixelData),
        "the source cannot be read");
    DcmItem &source = *file.getDataset();
    readUnknownByDictionary(source);
    SourceImage image;
    image.sopClass = identity(file, DCM_SOPClassUID, DCM_MediaStorageSOPClassUID, "SOP class");
    image.sopInstance = identity(file, DCM_SOPInstanceUID, DCM_MediaStorageSOPInstanceUID, "SOP instance UID");
    image.series = word(source, DCM_SeriesInstanceUID);
    if (image.series.empty() && isGiven(standIns.series)) { image.series = standIns.series; }
    require(!image.series.empty(), "the source has no series instance UID");

    FileText text(source);
    for (const DcmTagKey &key : needed) {
        require(dataset.insertEmptyElement(key, OFTrue), "an element of the object");
        copyElement(key, source, text, dataset);
    }
    for (const DcmTagKey &key : copied) { copyElement(key, source, text, dataset); }
    stateDeidentification(dataset);
    copyLossy(source, text, dataset);
    fill(dataset, DCM_StudyInstanceUID, standIns.study, "study instance UID");
    fill(dataset, DCM_FrameOfReferenceUID, standIns.frameOfReference, "frame of reference");
    image.guessedText = text.hasGuessed();
    return image;
}

} // namespace tomos::objects
