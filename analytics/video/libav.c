#include "libav.h"

#include <libavutil/log.h>
#include <string.h>

// Codes of package video.
enum { CODEC_H264 = 1, CODEC_H265 = 2, CODEC_MJPEG = 3 };

int seats_decoder_open(seats_decoder *d, int codec)
{
	static const char *names[] = {NULL, "h264", "hevc", "mjpeg"};
	// damaged streams are counted by the caller, who names the camera; libavcodec would print each of them
	av_log_set_level(AV_LOG_QUIET);
	const AVCodec *c = avcodec_find_decoder_by_name(names[codec]);
	if (!c)
		return AVERROR_DECODER_NOT_FOUND;
	d->ctx = avcodec_alloc_context3(c);
	d->packet = av_packet_alloc();
	d->frame = av_frame_alloc();
	if (!d->ctx || !d->packet || !d->frame)
		return AVERROR(ENOMEM);
	d->ctx->thread_count = 1;
	d->ctx->max_pixels = SEATS_MAX_PIXELS;
	d->ctx->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
	d->ctx->pkt_timebase = (AVRational){1, 1000000};
	return avcodec_open2(d->ctx, c, NULL);
}

void seats_decoder_close(seats_decoder *d)
{
	avcodec_free_context(&d->ctx);
	av_packet_free(&d->packet);
	av_frame_free(&d->frame);
	av_frame_free(&d->newest);
}

static int receive(seats_decoder *d)
{
	for (;;) {
		int err = avcodec_receive_frame(d->ctx, d->frame);
		if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
			return 0;
		if (err < 0)
			return err;
		d->count++;
		if (d->newest && d->frame->pts > d->until) {
			av_frame_unref(d->frame);
			continue;
		}
		if (!d->newest && !(d->newest = av_frame_alloc()))
			return AVERROR(ENOMEM);
		av_frame_unref(d->newest);
		av_frame_move_ref(d->newest, d->frame);
	}
}

int seats_decode(seats_decoder *d, const uint8_t *data, int size, int64_t pts, int skip)
{
	d->ctx->skip_frame = skip ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
	d->ctx->skip_loop_filter = skip ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
	// the packet is padded and zeroed at its end, as bitstream readers want it
	int err = av_new_packet(d->packet, size);
	if (err < 0)
		return err;
	memcpy(d->packet->data, data, size);
	d->packet->pts = d->packet->dts = pts;
	err = avcodec_send_packet(d->ctx, d->packet);
	av_packet_unref(d->packet);
	if (err < 0)
		return err;
	return receive(d);
}

int seats_drain(seats_decoder *d)
{
	int err = avcodec_send_packet(d->ctx, NULL);
	if (err >= 0)
		err = receive(d);
	avcodec_flush_buffers(d->ctx);
	return err;
}

void seats_flush(seats_decoder *d)
{
	avcodec_flush_buffers(d->ctx);
	av_frame_free(&d->newest);
}

AVFrame *seats_take(seats_decoder *d, int *damaged)
{
	AVFrame *f = d->newest;
	d->newest = NULL;
	if (f) {
		*damaged = f->decode_error_flags != 0;
		// H.264 also says this of pictures after a recovery point that had no message, which are whole
		if (d->ctx->codec_id != AV_CODEC_ID_H264 && f->flags & AV_FRAME_FLAG_CORRUPT)
			*damaged = 1;
	}
	return f;
}

void seats_frame_free(AVFrame *f)
{
	av_frame_free(&f);
}

int seats_align(const AVFrame *f, int at, int row)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
	int shift = !desc ? 0 : row ? desc->log2_chroma_h : desc->log2_chroma_w;
	return at >> shift << shift;
}

static int full_range(const AVFrame *f)
{
	switch (f->format) {
	case AV_PIX_FMT_YUVJ420P:
	case AV_PIX_FMT_YUVJ422P:
	case AV_PIX_FMT_YUVJ444P:
	case AV_PIX_FMT_YUVJ440P:
		return 1;
	}
	return f->color_range == AVCOL_RANGE_JPEG;
}

static int matrix(const AVFrame *f)
{
	switch (f->colorspace) {
	case AVCOL_SPC_BT709:
		return SWS_CS_ITU709;
	case AVCOL_SPC_FCC:
		return SWS_CS_FCC;
	case AVCOL_SPC_BT470BG:
	case AVCOL_SPC_SMPTE170M:
		return SWS_CS_ITU601;
	case AVCOL_SPC_SMPTE240M:
		return SWS_CS_SMPTE240M;
	case AVCOL_SPC_BT2020_NCL:
	case AVCOL_SPC_BT2020_CL:
		return SWS_CS_BT2020;
	default:
		// JFIF is BT.601 at any size; video that does not say follows its resolution, as players have it
		if (full_range(f) && f->format != AV_PIX_FMT_YUV420P)
			return SWS_CS_ITU601;
		return f->height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
	}
}

int seats_scale(struct SwsContext **ctx, const AVFrame *f, int x, int y, int w, int h, uint8_t *dst, int stride,
		int dst_w, int dst_h, int dst_format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
	if (!desc || desc->flags & AV_PIX_FMT_FLAG_HWACCEL)
		return AVERROR(EINVAL);
	if (!*ctx) {
		int flags = dst_w < w || dst_h < h ? SWS_AREA : SWS_BILINEAR;
		*ctx = sws_getContext(w, h, f->format, dst_w, dst_h, dst_format, flags | SWS_ACCURATE_RND, NULL, NULL, NULL);
		if (!*ctx)
			return AVERROR(EINVAL);
		const int *table = sws_getCoefficients(matrix(f));
		sws_setColorspaceDetails(*ctx, table, full_range(f), table, 1, 0, 1 << 16, 1 << 16);
	}
	const uint8_t *src[4] = {0};
	int max_step[4], max_step_comp[4];
	av_image_fill_max_pixsteps(max_step, max_step_comp, desc);
	for (int i = 0; i < 4 && f->data[i]; i++) {
		int chroma = i == 1 || i == 2;
		int px = chroma ? x >> desc->log2_chroma_w : x;
		int py = chroma ? y >> desc->log2_chroma_h : y;
		src[i] = f->data[i] + (ptrdiff_t)py * f->linesize[i] + (ptrdiff_t)px * max_step[i];
	}
	uint8_t *out[4] = {dst};
	int out_stride[4] = {stride};
	int rows = sws_scale(*ctx, src, f->linesize, 0, h, out, out_stride);
	return rows == dst_h ? 0 : AVERROR_EXTERNAL;
}

static void fill(float *restrict dst, int n, float v)
{
	for (int i = 0; i < n; i++)
		dst[i] = v;
}

static void widen_row(const uint8_t *restrict src, float *restrict a, float *restrict b, float *restrict c, int w, float gain)
{
	for (int i = 0; i < w; i++) {
		a[i] = src[3 * i] * gain;
		b[i] = src[3 * i + 1] * gain;
		c[i] = src[3 * i + 2] * gain;
	}
}

void seats_widen(const uint8_t *src, int src_stride, int w, int h, float *dst, int plane_w, int plane_h, int x, int y,
		 float gain, float pad)
{
	int plane = plane_w * plane_h;
	for (int p = 0; p < 3; p++) {
		float *to = dst + p * plane;
		fill(to, y * plane_w, pad);
		fill(to + (y + h) * plane_w, (plane_h - y - h) * plane_w, pad);
		for (int row = y; row < y + h; row++) {
			fill(to + row * plane_w, x, pad);
			fill(to + row * plane_w + x + w, plane_w - x - w, pad);
		}
	}
	for (int row = 0; row < h; row++) {
		float *to = dst + (y + row) * plane_w + x;
		widen_row(src + row * src_stride, to, to + plane, to + 2 * plane, w, gain);
	}
}

int seats_file_open(seats_file *f, const char *path)
{
	av_log_set_level(AV_LOG_QUIET);
	int err = avformat_open_input(&f->format, path, NULL, NULL);
	if (err < 0)
		return err;
	if ((err = avformat_find_stream_info(f->format, NULL)) < 0)
		return err;
	f->stream = av_find_best_stream(f->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	if (f->stream < 0)
		return f->stream;
	AVStream *s = f->format->streams[f->stream];
	const char *filter = "null";
	switch (s->codecpar->codec_id) {
	case AV_CODEC_ID_H264:
		f->codec = CODEC_H264;
		filter = "h264_mp4toannexb";
		break;
	case AV_CODEC_ID_HEVC:
		f->codec = CODEC_H265;
		filter = "hevc_mp4toannexb";
		break;
	case AV_CODEC_ID_MJPEG:
		f->codec = CODEC_MJPEG;
		break;
	default:
		return AVERROR_DECODER_NOT_FOUND;
	}
	// mp4toannexb also puts the parameter sets before keyframes, where cameras have them
	if ((err = av_bsf_alloc(av_bsf_get_by_name(filter), &f->filter)) < 0)
		return err;
	if ((err = avcodec_parameters_copy(f->filter->par_in, s->codecpar)) < 0)
		return err;
	f->filter->time_base_in = s->time_base;
	if ((err = av_bsf_init(f->filter)) < 0)
		return err;
	f->packet = av_packet_alloc();
	return f->packet ? 0 : AVERROR(ENOMEM);
}

int seats_file_next(seats_file *f, int64_t *pts, int64_t *dts)
{
	static const AVRational us = {1, 1000000};
	AVStream *s = f->format->streams[f->stream];
	for (;;) {
		av_packet_unref(f->packet);
		int err = av_bsf_receive_packet(f->filter, f->packet);
		if (err == 0) {
			int64_t start = s->start_time != AV_NOPTS_VALUE ? s->start_time : 0;
			int64_t d = f->packet->dts != AV_NOPTS_VALUE ? f->packet->dts : f->packet->pts;
			int64_t p = f->packet->pts != AV_NOPTS_VALUE ? f->packet->pts : d;
			if (p == AV_NOPTS_VALUE)
				p = d = start;
			*pts = av_rescale_q(p - start, s->time_base, us);
			*dts = av_rescale_q(d - start, s->time_base, us);
			return 0;
		}
		if (err != AVERROR(EAGAIN))
			return err;
		while ((err = av_read_frame(f->format, f->packet)) >= 0 && f->packet->stream_index != f->stream)
			av_packet_unref(f->packet);
		// a NULL packet tells the filter that this was all
		if ((err = av_bsf_send_packet(f->filter, err >= 0 ? f->packet : NULL)) < 0)
			return err;
	}
}

void seats_file_close(seats_file *f)
{
	av_packet_free(&f->packet);
	av_bsf_free(&f->filter);
	avformat_close_input(&f->format);
}

// most samples that are averaged for one value, in a row and in a column
#define SEATS_LUMA_SAMPLES 4

int seats_luma(const AVFrame *f, double x0, double y0, double x1, double y1, uint8_t *dst, int w, int h)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	if (!d || d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BITSTREAM |
			      AV_PIX_FMT_FLAG_BE))
		return AVERROR(ENOSYS);
	const AVComponentDescriptor *c = &d->comp[0];
	const int wide = c->depth > 8;
	for (int y = 0; y < h; y++) {
		const double top = y0 + (y1 - y0) * y / h, bottom = y0 + (y1 - y0) * (y + 1) / h;
		for (int x = 0; x < w; x++) {
			const double left = x0 + (x1 - x0) * x / w, right = x0 + (x1 - x0) * (x + 1) / w;
			const int nx = av_clip((int)(right - left + 0.5), 1, SEATS_LUMA_SAMPLES);
			const int ny = av_clip((int)(bottom - top + 0.5), 1, SEATS_LUMA_SAMPLES);
			int sum = 0;
			for (int j = 0; j < ny; j++) {
				const int py = av_clip((int)(top + (bottom - top) * (j + 0.5) / ny), 0, f->height - 1);
				const uint8_t *row = f->data[c->plane] + (ptrdiff_t)py * f->linesize[c->plane] + c->offset;
				for (int i = 0; i < nx; i++) {
					const int px = av_clip((int)(left + (right - left) * (i + 0.5) / nx), 0, f->width - 1);
					if (wide)
						sum += (((const uint16_t *)row)[px * (c->step / 2)] >> c->shift) >> (c->depth - 8);
					else
						sum += row[px * c->step];
				}
			}
			dst[y * w + x] = sum / (nx * ny);
		}
	}
	return 0;
}
