package detect

import (
	"errors"
	"fmt"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// ErrProvider is an execution provider that the library does not have.
var ErrProvider = errors.New("execution provider is not in this ONNX Runtime")

// providers are those that can be asked for, and how.
var providers = []struct {
	name   string
	append func(*ort.SessionOptions) error
}{
	{"cpu", func(*ort.SessionOptions) error { return nil }},
	{"cuda", func(o *ort.SessionOptions) error {
		cuda, err := ort.NewCUDAProviderOptions()
		if err != nil {
			return err
		}
		defer func() { _ = cuda.Destroy() }()
		return o.AppendExecutionProviderCUDA(cuda)
	}},
	{"tensorrt", func(o *ort.SessionOptions) error {
		trt, err := ort.NewTensorRTProviderOptions()
		if err != nil {
			return err
		}
		defer func() { _ = trt.Destroy() }()
		return o.AppendExecutionProviderTensorRT(trt)
	}},
	{"openvino", func(o *ort.SessionOptions) error { return o.AppendExecutionProviderOpenVINO(nil) }},
	{"coreml", func(o *ort.SessionOptions) error { return o.AppendExecutionProviderCoreMLV2(nil) }},
}

// sessionOptions are for one look at a time on one thread: workers are many, and each must leave the other cores alone.
func sessionOptions(o Options) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		options.SetIntraOpNumThreads(max(1, o.Threads)),
		options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		options.SetLogSeverityLevel(ort.LoggingLevelError),
	)
	if err == nil {
		err = appendProvider(options, o.Provider)
	}
	if err != nil {
		_ = options.Destroy()
		return nil, err
	}
	return options, nil
}

func appendProvider(options *ort.SessionOptions, name string) error {
	if name == "" {
		return nil
	}
	for _, p := range providers {
		if p.name == name && p.append(options) == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: %q, it has %s", ErrProvider, name, strings.Join(available(), ", "))
}

// available asks the library for each provider, since the binding has no list of them.
func available() (names []string) {
	for _, p := range providers {
		options, err := ort.NewSessionOptions()
		if err != nil {
			return names
		}
		if p.append(options) == nil {
			names = append(names, p.name)
		}
		_ = options.Destroy()
	}
	return names
}
