// Command gen writes ../testcard.onnx and testcard.yaml. It is run in models/testcard by go generate.
package main

import (
	"fmt"
	"os"

	"github.com/AlexxIT/go2rtc/seats/models/testcard"
)

func main() {
	for name, content := range map[string][]byte{
		"../testcard.onnx": testcard.Model(),
		"testcard.yaml":    testcard.Config(),
	} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
