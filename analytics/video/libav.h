// The few calls of FFmpeg that a look needs. They have kept their form from FFmpeg 4.4 to 8.
#ifndef SEATS_LIBAV_H
#define SEATS_LIBAV_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Largest picture, in pixels, that is decoded: 8K. A stream can claim any size in a few bytes.
#define SEATS_MAX_PIXELS (36 * 1000 * 1000)

typedef struct {
	AVCodecContext *ctx;
	AVPacket *packet;
	AVFrame *frame;  // being received
	AVFrame *newest; // the last that was received
	int count;       // received since it was last set to 0
	int64_t until;   // pictures later than this count only where there is no other
} seats_decoder;

int seats_decoder_open(seats_decoder *d, int codec);
void seats_decoder_close(seats_decoder *d);
// seats_decode sends one access unit and receives what comes of it; skip leaves out what nothing refers to.
int seats_decode(seats_decoder *d, const uint8_t *data, int size, int64_t pts, int skip);
// seats_drain receives what the decoder still holds back, and makes it begin anew.
int seats_drain(seats_decoder *d);
void seats_flush(seats_decoder *d);
// seats_take hands over the newest picture, or NULL; damaged tells that parts of it are guessed.
AVFrame *seats_take(seats_decoder *d, int *damaged);
void seats_frame_free(AVFrame *f);

// seats_scale scales a part of a frame to packed 8 bit RGB or BGR. *ctx is made by the first call for this geometry.
int seats_scale(struct SwsContext **ctx, const AVFrame *f, int x, int y, int w, int h, uint8_t *dst, int stride,
		int dst_w, int dst_h, int dst_format);
// seats_luma averages the luma of a part of a frame into w times h bytes, whatever its depth; negative where the frame
// has no plane of luma.
int seats_luma(const AVFrame *f, double x0, double y0, double x1, double y1, uint8_t *dst, int w, int h);
// seats_align moves a column, or a row, to where the frame's chroma samples begin.
int seats_align(const AVFrame *f, int at, int row);
// seats_widen turns packed 8 bit pixels into three float planes, each plane_w wide, at (x, y); the rest is pad.
void seats_widen(const uint8_t *src, int src_stride, int w, int h, float *dst, int plane_w, int plane_h, int x, int y,
		 float gain, float pad);

typedef struct {
	AVFormatContext *format;
	AVBSFContext *filter;
	AVPacket *packet;
	int stream;
	int codec;
} seats_file;

int seats_file_open(seats_file *f, const char *path);
// seats_file_next reads the next access unit; its times are in microseconds from the first that is shown.
int seats_file_next(seats_file *f, int64_t *pts, int64_t *dts);
void seats_file_close(seats_file *f);

#endif
