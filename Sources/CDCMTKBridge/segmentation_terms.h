// Terms of segmentation objects that are younger than the toolkit.
#pragma once

namespace tomos::objects {

// Label map segmentation storage (PS3.6 of 2024).
inline constexpr const char *labelMapStorage = "1.2.840.10008.5.1.4.1.1.66.7";

// What the background of a label map is coded as.
inline constexpr const char *backgroundScheme = "DCM", *backgroundCode = "125040", *backgroundMeaning = "Background";

} // namespace tomos::objects
