package testcard

import (
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers and constants of onnx.proto3 (IR version 7 is that of ONNX 1.7):
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
const (
	onnxFloat, onnxInt64 = 1, 7 // TensorProto.DataType
	attrInt, attrInts    = 2, 7 // AttributeProto.AttributeType
)

// graph collects the nodes and constants of an ONNX model. Each method adds one
// node and returns the name of its output.
type graph struct {
	nodes, constants []byte
	count            int
}

// message appends a nested message or string as field number num.
func message(b []byte, num protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), v)
}

func text(b []byte, num protowire.Number, v string) []byte { return message(b, num, []byte(v)) }

func varint(b []byte, num protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(v))
}

// ints is a node's attribute that holds a list of integers, and integer one that holds one.
func ints(name string, values ...int64) []byte {
	a := text(nil, 1, name)
	for _, v := range values {
		a = varint(a, 8, v)
	}
	return varint(a, 20, attrInts)
}

func integer(name string, v int64) []byte {
	return varint(varint(text(nil, 1, name), 3, v), 20, attrInt)
}

func (g *graph) node(op string, inputs []string, attributes ...[]byte) string {
	return g.named(op, fmt.Sprintf("%s_%d", op, g.count), inputs, attributes...)
}

// named adds a node whose output has a name of its own.
func (g *graph) named(op, output string, inputs []string, attributes ...[]byte) string {
	g.count++
	var n []byte
	for _, in := range inputs {
		n = text(n, 1, in)
	}
	n = text(n, 2, output)
	n = text(n, 4, op)
	for _, a := range attributes {
		n = message(n, 5, a)
	}
	g.nodes = message(g.nodes, 1, n)
	return output
}

func (g *graph) floats(shape []int64, values ...float32) string {
	return g.constant(onnxFloat, shape, values)
}

func (g *graph) integers(values ...int64) string {
	return g.constant(onnxInt64, []int64{int64(len(values))}, values)
}

func (g *graph) constant(kind int64, shape []int64, values any) string {
	raw, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic(err) // numbers of a fixed size always can be
	}
	name := fmt.Sprintf("c_%d", g.count)
	g.count++
	var t []byte
	for _, d := range shape {
		t = varint(t, 1, d)
	}
	t = varint(t, 2, kind)
	t = text(t, 8, name)
	t = message(t, 9, raw)
	g.constants = message(g.constants, 5, t)
	return name
}

// model wraps the graph, which reads input and has written output, both as tensor has them.
func (g *graph) model(input, output []byte, note string) []byte {
	body := text(g.nodes, 2, "testcard")
	body = append(body, g.constants...)
	body = message(body, 11, input)
	body = message(body, 12, output)

	m := varint(nil, 1, 7) // IR version
	m = text(m, 2, "go2rtc/seats models/testcard")
	m = message(m, 7, body)
	m = message(m, 8, varint(text(nil, 1, ""), 2, 11)) // opset 11 of the default domain
	m = message(m, 14, text(text(nil, 1, "testcard"), 2, "1"))
	return message(m, 14, text(text(nil, 1, "note"), 2, note))
}

func tensor(name string, dimensions ...int64) []byte {
	var shape []byte
	for _, d := range dimensions {
		shape = message(shape, 1, varint(nil, 1, d))
	}
	value := message(varint(nil, 1, onnxFloat), 2, shape)
	return message(text(nil, 1, name), 2, message(nil, 1, value))
}
