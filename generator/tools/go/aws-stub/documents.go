package main

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// texts returns the strings of a list or set.
func texts(v tftypes.Value) []string {
	if !settled(v) {
		return nil
	}
	var items []tftypes.Value
	must(v.As(&items))
	out := []string{}
	for _, item := range items {
		var text string
		must(item.As(&text))
		out = append(out, text)
	}
	return out
}

func blocks(v tftypes.Value) []map[string]tftypes.Value {
	if !settled(v) {
		return nil
	}
	var items []tftypes.Value
	must(v.As(&items))
	out := []map[string]tftypes.Value{}
	for _, item := range items {
		out = append(out, fields(item))
	}
	return out
}

func text(v tftypes.Value) (out string) {
	if settled(v) {
		must(v.As(&out))
	}
	return out
}

// document writes the policy that the data source aws_iam_policy_document describes.
func document(m map[string]tftypes.Value) string {
	statements := []map[string]any{}
	for _, s := range blocks(m["statement"]) {
		statements = append(statements, statement(s))
	}
	out := map[string]any{"Version": "2012-10-17", "Statement": statements}
	if version := text(m["version"]); version != "" {
		out["Version"] = version
	}
	for _, source := range texts(m["source_policy_documents"]) {
		var other struct{ Statement []map[string]any }
		if json.Unmarshal([]byte(source), &other) == nil {
			out["Statement"] = append(other.Statement, statements...)
		}
	}
	return encoded(out)
}

func encoded(v any) string {
	body, err := json.Marshal(v)
	must(err)
	return string(body)
}

func statement(s map[string]tftypes.Value) map[string]any {
	out := map[string]any{"Effect": "Allow"}
	if effect := text(s["effect"]); effect != "" {
		out["Effect"] = effect
	}
	if sid := text(s["sid"]); sid != "" {
		out["Sid"] = sid
	}
	for name, field := range map[string]string{
		"Action": "actions", "NotAction": "not_actions", "Resource": "resources", "NotResource": "not_resources",
	} {
		if list := texts(s[field]); len(list) > 0 {
			out[name] = list
		}
	}
	for name, field := range map[string]string{"Principal": "principals", "NotPrincipal": "not_principals"} {
		if who := principals(s[field]); len(who) > 0 {
			out[name] = who
		}
	}
	if conditions := conditions(s["condition"]); len(conditions) > 0 {
		out["Condition"] = conditions
	}
	return out
}

func principals(v tftypes.Value) map[string]any {
	out := map[string]any{}
	for _, p := range blocks(v) {
		out[text(p["type"])] = texts(p["identifiers"])
	}
	return out
}

func conditions(v tftypes.Value) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, c := range blocks(v) {
		test := text(c["test"])
		if out[test] == nil {
			out[test] = map[string]any{}
		}
		out[test][text(c["variable"])] = texts(c["values"])
	}
	return out
}
