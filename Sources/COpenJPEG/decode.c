#include "tomos_openjpeg.h"

#include <string.h>

#include <openjpeg-2.5/openjpeg.h>

// An image is the library's own.
struct tomos_j2k_image {
    opj_image_t image;
};

typedef struct {
    const uint8_t *bytes;
    size_t count, at;
} Source;

typedef struct {
    char *text;
    size_t capacity;
} ErrorText;

static OPJ_SIZE_T read_bytes(void *out, OPJ_SIZE_T count, void *user) {
    Source *source = user;
    const size_t left = source->count - source->at;
    if (left == 0) { return (OPJ_SIZE_T)-1; }
    if (count > left) { count = left; }
    memcpy(out, source->bytes + source->at, count);
    source->at += count;
    return count;
}

static OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void *user) {
    Source *source = user;
    if (count < 0 || (size_t)count > source->count - source->at) { return -1; }
    source->at += (size_t)count;
    return count;
}

static OPJ_BOOL seek_bytes(OPJ_OFF_T at, void *user) {
    Source *source = user;
    if (at < 0 || (size_t)at > source->count) { return OPJ_FALSE; }
    source->at = (size_t)at;
    return OPJ_TRUE;
}

// The first message is the cause, later ones follow from it.
static void keep_first(const char *message, void *user) {
    ErrorText *error = user;
    if (error->capacity == 0 || error->text[0] != 0) { return; }
    size_t length = strcspn(message, "\n");
    if (length >= error->capacity) { length = error->capacity - 1; }
    memcpy(error->text, message, length);
    error->text[length] = 0;
}

static void ignore(const char *message, void *user) {
    (void)message;
    (void)user;
}

static opj_image_t *decode(opj_codec_t *codec, opj_stream_t *stream) {
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec, &parameters)) { return NULL; }
    // A codestream that breaks off is an error, not an image with a blurred end.
    if (!opj_decoder_set_strict_mode(codec, OPJ_TRUE)) { return NULL; }
    opj_image_t *image = NULL;
    if (!opj_read_header(stream, codec, &image) || image == NULL) { return NULL; }
    if (!opj_decode(codec, stream, image)) {
        opj_image_destroy(image);
        return NULL;
    }
    for (OPJ_UINT32 n = 0; n < image->numcomps; n++) {
        if (image->comps[n].data == NULL) {
            opj_image_destroy(image);
            return NULL;
        }
    }
    return image;
}

tomos_j2k_image *tomos_j2k_decode(const uint8_t *bytes, size_t count, char *error, size_t capacity) {
    Source source = {bytes, count, 0};
    ErrorText text = {error, capacity};
    if (capacity > 0) { error[0] = 0; }
    opj_image_t *image = NULL;
    opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
    opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);
    if (codec != NULL && stream != NULL) {
        opj_set_error_handler(codec, keep_first, &text);
        opj_set_warning_handler(codec, ignore, NULL);
        opj_set_info_handler(codec, ignore, NULL);
        opj_stream_set_user_data(stream, &source, NULL);
        opj_stream_set_user_data_length(stream, count);
        opj_stream_set_read_function(stream, read_bytes);
        opj_stream_set_skip_function(stream, skip_bytes);
        opj_stream_set_seek_function(stream, seek_bytes);
        image = decode(codec, stream);
    }
    if (stream != NULL) { opj_stream_destroy(stream); }
    if (codec != NULL) { opj_destroy_codec(codec); }
    if (image == NULL) { keep_first("no reason given by OpenJPEG", &text); }
    return (tomos_j2k_image *)image;
}

size_t tomos_j2k_components(const tomos_j2k_image *image) { return image->image.numcomps; }

tomos_j2k_component tomos_j2k_component_at(const tomos_j2k_image *image, size_t component) {
    const opj_image_comp_t *found = &image->image.comps[component];
    return (tomos_j2k_component){found->data, found->w, found->h, found->prec, found->sgnd != 0};
}

void tomos_j2k_free(tomos_j2k_image *image) { opj_image_destroy((opj_image_t *)image); }
