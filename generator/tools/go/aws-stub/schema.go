package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attribute is a type and its flags: r(equired), o(ptional), c(omputed).
type attribute struct {
	kind  tftypes.Type
	flags string
}

func (a attribute) is(flag string) bool { return strings.Contains(a.flags, flag) }

// nested is a block inside another.
type nested struct {
	nesting string
	min     int64
	max     int64
	block   *block
}

type block struct {
	Attributes map[string]attribute `json:"a"`
	Blocks     map[string]nested    `json:"b"`
}

// schema has resources by name, data sources by "data." and name, and the provider by "provider".
type schema map[string]*block

func load(path string) (schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	s := schema{}
	for name, value := range raw {
		if value[0] != '{' {
			continue // its version and source
		}
		s[name] = &block{}
		if err := json.Unmarshal(value, s[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

func (a *attribute) UnmarshalJSON(text []byte) (err error) {
	var pair [2]json.RawMessage
	if err = json.Unmarshal(text, &pair); err != nil {
		return err
	}
	if a.kind, err = kind(pair[0]); err != nil {
		return err
	}
	return json.Unmarshal(pair[1], &a.flags)
}

func (n *nested) UnmarshalJSON(text []byte) error {
	parts := [4]any{&n.nesting, &n.min, &n.max, &n.block}
	list := parts[:]
	return json.Unmarshal(text, &list)
}

var scalars = map[string]tftypes.Type{
	"string": tftypes.String, "number": tftypes.Number, "bool": tftypes.Bool, "dynamic": tftypes.DynamicPseudoType,
}

func kind(text json.RawMessage) (tftypes.Type, error) {
	var name string
	if json.Unmarshal(text, &name) == nil {
		return scalars[name], nil
	}
	var pair [2]json.RawMessage
	if err := json.Unmarshal(text, &pair); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(pair[0], &name); err != nil {
		return nil, err
	}
	if name == "object" {
		return object(pair[1])
	}
	element, err := kind(pair[1])
	if err != nil {
		return nil, err
	}
	switch name {
	case "list":
		return tftypes.List{ElementType: element}, nil
	case "set":
		return tftypes.Set{ElementType: element}, nil
	case "map":
		return tftypes.Map{ElementType: element}, nil
	}
	return nil, fmt.Errorf("no such type: %s", name)
}

func object(text json.RawMessage) (tftypes.Type, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	types := map[string]tftypes.Type{}
	for name, field := range fields {
		one, err := kind(field)
		if err != nil {
			return nil, err
		}
		types[name] = one
	}
	return tftypes.Object{AttributeTypes: types}, nil
}

// served returns the block as Terraform's protocol has it.
func (b *block) served() *tfprotov5.SchemaBlock {
	out := &tfprotov5.SchemaBlock{}
	for name, a := range b.Attributes {
		out.Attributes = append(out.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: a.kind, Required: a.is("r"), Optional: a.is("o"), Computed: a.is("c"),
		})
	}
	for name, n := range b.Blocks {
		out.BlockTypes = append(out.BlockTypes, n.served(name))
	}
	return out
}

func (n nested) served(name string) *tfprotov5.SchemaNestedBlock {
	out := &tfprotov5.SchemaNestedBlock{TypeName: name, Block: n.block.served(), MinItems: n.min, MaxItems: n.max}
	switch n.nesting {
	case "list":
		out.Nesting = tfprotov5.SchemaNestedBlockNestingModeList
	case "set":
		out.Nesting = tfprotov5.SchemaNestedBlockNestingModeSet
	default:
		out.Nesting, out.MaxItems = tfprotov5.SchemaNestedBlockNestingModeSingle, n.min
	}
	return out
}
