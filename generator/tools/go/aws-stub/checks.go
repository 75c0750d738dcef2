package main

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fault is what the real provider would say of a value, as well as the schema can tell.
func fault(at *tftypes.AttributePath, summary, detail string) *tfprotov5.Diagnostic {
	return &tfprotov5.Diagnostic{
		Severity: tfprotov5.DiagnosticSeverityError, Summary: summary, Detail: detail, Attribute: at,
	}
}

// readOnly finds values for what only AWS sets.
func (b *block) readOnly(v tftypes.Value, at *tftypes.AttributePath) (found []*tfprotov5.Diagnostic) {
	if !settled(v) {
		return nil
	}
	m := fields(v)
	for name, a := range b.Attributes {
		if a.flags == "c" && !m[name].IsNull() {
			found = append(found, fault(at.WithAttributeName(name), "Value for unconfigurable attribute",
				fmt.Sprintf("Can't configure a value for %q: AWS decides it, and it is known after apply.", name)))
		}
	}
	for name, n := range b.Blocks {
		n.each(m[name], func(inner tftypes.Value) tftypes.Value {
			found = append(found, n.block.readOnly(inner, at.WithAttributeName(name))...)
			return inner
		})
	}
	return found
}

// wrong finds texts that are not what their attribute takes: documents that are no JSON, blocks that are no network.
func wrong(v tftypes.Value) (found []*tfprotov5.Diagnostic) {
	must(tftypes.Walk(v, func(p *tftypes.AttributePath, x tftypes.Value) (bool, error) {
		if !settled(x) || !x.Type().Is(tftypes.String) {
			return true, nil
		}
		var text string
		must(x.As(&text))
		if why := unfit(last(p), text); why != "" {
			found = append(found, fault(p, "Invalid value for "+last(p), why))
		}
		return true, nil
	}))
	return found
}

func unfit(attribute, text string) string {
	switch attribute {
	case "assume_role_policy", "container_definitions", "dashboard_body":
		return notJSON(text)
	case "policy":
		// It is an ARN, or the name of one, where there is no document.
		if strings.HasPrefix(strings.TrimSpace(text), "{") || text == "" {
			return notJSON(text)
		}
	case "cidr_block", "cidr_ipv4":
		return notNetwork(text)
	}
	return ""
}

func notJSON(text string) string {
	var any any
	if err := json.Unmarshal([]byte(text), &any); err != nil {
		return "it is not valid JSON: " + err.Error()
	}
	return ""
}

func notNetwork(text string) string {
	_, network, err := net.ParseCIDR(text)
	switch {
	case err != nil:
		return err.Error()
	case network.String() != text:
		return fmt.Sprintf("%q is no network: the network of this address is %s", text, network)
	}
	return ""
}
