package detect

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// ErrNoLibrary says how to get what is missing.
var ErrNoLibrary = errors.New("libonnxruntime is missing: `make setup` fetches it, or set ONNXRUNTIME_LIB to its path")

// FindLibrary looks for ONNX Runtime's shared library: where ONNXRUNTIME_LIB says, where set-up puts it beside the
// program or above the working directory, and in the system's folders.
func FindLibrary() (string, error) {
	if path := os.Getenv("ONNXRUNTIME_LIB"); path != "" {
		return path, nil
	}
	var folders []string
	if exe, err := os.Executable(); err == nil {
		above := filepath.Dir(filepath.Dir(exe))
		folders = append(folders, filepath.Join(above, "build", "onnxruntime"), filepath.Join(above, "lib"))
	}
	if dir, err := os.Getwd(); err == nil {
		for ; ; dir = filepath.Dir(dir) {
			folders = append(folders, filepath.Join(dir, "build", "onnxruntime"))
			if _, err = os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
				break
			}
		}
	}
	arch := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
	folders = append(folders, "/usr/local/lib", "/usr/lib", filepath.Join("/usr/lib", arch))
	for _, folder := range folders {
		for _, name := range []string{"libonnxruntime.so.1", "libonnxruntime.so"} {
			if path := filepath.Join(folder, name); isFile(path) {
				return path, nil
			}
		}
	}
	return "", ErrNoLibrary
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
