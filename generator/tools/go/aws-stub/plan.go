package main

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func fields(v tftypes.Value) map[string]tftypes.Value {
	m := map[string]tftypes.Value{}
	must(v.As(&m))
	return m
}

func settled(v tftypes.Value) bool { return v.IsKnown() && !v.IsNull() }

// compute returns v with every computed attribute that is not configured made unknown.
func (b *block) compute(v tftypes.Value) tftypes.Value {
	if !settled(v) {
		return v
	}
	m := fields(v)
	for name, a := range b.Attributes {
		if a.is("c") && m[name].IsNull() {
			m[name] = tftypes.NewValue(m[name].Type(), tftypes.UnknownValue)
		}
	}
	for name, n := range b.Blocks {
		m[name] = n.each(m[name], n.block.compute)
	}
	return tftypes.NewValue(v.Type(), m)
}

// imported returns a resource with nothing but its id.
func (b *block) imported(t tftypes.Type, id string) tftypes.Value {
	m := map[string]tftypes.Value{}
	for name, inner := range t.(tftypes.Object).AttributeTypes {
		m[name] = tftypes.NewValue(inner, nil)
		if n, ok := b.Blocks[name]; ok && n.nesting != "single" {
			m[name] = tftypes.NewValue(inner, []tftypes.Value{})
		}
	}
	m["id"] = tftypes.NewValue(tftypes.String, id)
	return tftypes.NewValue(t, m)
}

// each applies a function to every block in v.
func (n nested) each(v tftypes.Value, f func(tftypes.Value) tftypes.Value) tftypes.Value {
	if !settled(v) {
		return v
	}
	if n.nesting == "single" {
		return f(v)
	}
	var items []tftypes.Value
	must(v.As(&items))
	for i := range items {
		items[i] = f(items[i])
	}
	return tftypes.NewValue(v.Type(), items)
}

// planning is what a plan knows besides the configuration of the resource.
type planning struct {
	region string
	tags   map[string]tftypes.Value
}

// known fills in what the real provider knows when it plans.
func (p planning) known(kind string, v tftypes.Value) tftypes.Value {
	m := fields(v)
	if x, ok := m["region"]; ok && !x.IsKnown() {
		m["region"] = tftypes.NewValue(tftypes.String, p.region)
	}
	if x, ok := m["tags_all"]; ok && !x.IsKnown() && m["tags"].IsKnown() {
		m["tags_all"] = p.tagged(m["tags"])
	}
	if kind == "aws_acm_certificate" {
		validation(m)
	}
	return tftypes.NewValue(v.Type(), m)
}

// tagged returns the tags of a resource with those of the provider.
func (p planning) tagged(own tftypes.Value) tftypes.Value {
	all := map[string]tftypes.Value{}
	for name, value := range p.tags {
		all[name] = value
	}
	if !own.IsNull() {
		for name, value := range fields(own) {
			all[name] = value
		}
	}
	return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, all)
}

// retagged returns a resource that exists with the tags that it is to have.
func (p planning) retagged(v tftypes.Value) tftypes.Value {
	m := fields(v)
	if _, ok := m["tags_all"]; ok && m["tags"].IsKnown() {
		m["tags_all"] = p.tagged(m["tags"])
	}
	return tftypes.NewValue(v.Type(), m)
}

// validation plans one record for each name of a certificate, so that a for_each over them can be planned.
func validation(m map[string]tftypes.Value) {
	more := m["subject_alternative_names"]
	if m["domain_validation_options"].IsKnown() || !settled(m["domain_name"]) {
		return
	}
	names := []tftypes.Value{m["domain_name"]}
	if settled(more) {
		var others []tftypes.Value
		must(more.As(&others))
		for _, other := range others {
			if !other.IsKnown() {
				return
			}
			if !other.Equal(names[0]) {
				names = append(names, other)
			}
		}
	}
	set := m["domain_validation_options"].Type().(tftypes.Set)
	var options []tftypes.Value
	for _, name := range names {
		option := map[string]tftypes.Value{}
		for field, kind := range set.ElementType.(tftypes.Object).AttributeTypes {
			option[field] = tftypes.NewValue(kind, tftypes.UnknownValue)
		}
		option["domain_name"] = name
		options = append(options, tftypes.NewValue(set.ElementType, option))
	}
	m["domain_validation_options"] = tftypes.NewValue(set, options)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
