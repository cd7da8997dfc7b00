package testcard

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers and constants of onnx.proto3 (IR version 7 is that of ONNX 1.7): https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
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

// ints is a node's attribute that holds integers, all that this model needs.
type ints struct {
	name   string
	values []int64
}

func (g *graph) node(op string, inputs []string, attributes ...ints) string {
	output := fmt.Sprintf("%s_%d", op, g.count)
	g.named(op, output, inputs, attributes...)
	return output
}

// named adds a node whose output has a name of its own.
func (g *graph) named(op, output string, inputs []string, attributes ...ints) {
	var encoded [][]byte
	for _, attribute := range attributes {
		a := text(nil, 1, attribute.name)
		for _, v := range attribute.values {
			a = varint(a, 8, v)
		}
		encoded = append(encoded, varint(a, 20, attrInts))
	}
	g.add(op, output, inputs, encoded...)
}

func (g *graph) add(op, output string, inputs []string, attributes ...[]byte) {
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
}

// concat is apart because its attribute is one integer and not a list.
func (g *graph) concat(axis int64, inputs ...string) string {
	output := fmt.Sprintf("Concat_%d", g.count)
	a := varint(varint(text(nil, 1, "axis"), 3, axis), 20, attrInt)
	g.add("Concat", output, inputs, a)
	return output
}

// floats adds a constant tensor.
func (g *graph) floats(shape []int64, values ...float32) string {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = protowire.AppendFixed32(raw, math.Float32bits(v))
	}
	return g.constant(onnxFloat, shape, raw)
}

func (g *graph) integers(values ...int64) string {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = protowire.AppendFixed64(raw, uint64(v))
	}
	return g.constant(onnxInt64, []int64{int64(len(values))}, raw)
}

func (g *graph) constant(kind int64, shape []int64, raw []byte) string {
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

// model wraps the graph, which reads input and has written output.
func (g *graph) model(input, output valueInfo, metadata [][2]string) []byte {
	body := append([]byte{}, g.nodes...)
	body = text(body, 2, "testcard")
	body = append(body, g.constants...)
	body = message(body, 11, input.encode())
	body = message(body, 12, output.encode())

	m := varint(nil, 1, 7) // IR version
	m = text(m, 2, "go2rtc/seats models/testcard")
	m = message(m, 7, body)
	m = message(m, 8, varint(text(nil, 1, ""), 2, 11)) // opset 11 of the default domain
	for _, kv := range metadata {
		m = message(m, 14, text(text(nil, 1, kv[0]), 2, kv[1]))
	}
	return m
}

// valueInfo names a float tensor and its shape.
type valueInfo struct {
	name  string
	shape []int64
}

func (v valueInfo) encode() []byte {
	var shape []byte
	for _, d := range v.shape {
		shape = message(shape, 1, varint(nil, 1, d))
	}
	tensor := message(varint(nil, 1, onnxFloat), 2, shape)
	return message(text(nil, 1, v.name), 2, message(nil, 1, tensor))
}
