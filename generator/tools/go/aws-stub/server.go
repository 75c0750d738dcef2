package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// server answers Terraform. What it does not implement, no configuration of ours asks for.
type server struct {
	tfprotov5.ProviderServer
	blocks    schema
	resources map[string]*tfprotov5.Schema
	data      map[string]*tfprotov5.Schema
	provider  *tfprotov5.Schema
	known     bool
	now       planning
}

func newServer(blocks schema, known bool) *server {
	s := &server{
		blocks: blocks, known: known, now: planning{region: "us-east-1"},
		resources: map[string]*tfprotov5.Schema{}, data: map[string]*tfprotov5.Schema{},
	}
	for name, b := range blocks {
		served := &tfprotov5.Schema{Block: b.served()}
		if kind, ok := strings.CutPrefix(name, "data."); ok {
			s.data[kind] = served
		} else if name == "provider" {
			s.provider = served
		} else {
			s.resources[name] = served
		}
	}
	return s
}

func given(d *tfprotov5.DynamicValue, t tftypes.Type) tftypes.Value {
	v, err := d.Unmarshal(t)
	must(err)
	return v
}

func answer(v tftypes.Value) *tfprotov5.DynamicValue {
	d, err := tfprotov5.NewDynamicValue(v.Type(), v)
	must(err)
	return &d
}

func capabilities() *tfprotov5.ServerCapabilities {
	return &tfprotov5.ServerCapabilities{GetProviderSchemaOptional: true}
}

func (s *server) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	out := &tfprotov5.GetMetadataResponse{ServerCapabilities: capabilities()}
	for name := range s.resources {
		out.Resources = append(out.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for name := range s.data {
		out.DataSources = append(out.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return out, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		ServerCapabilities: capabilities(), Provider: s.provider, ResourceSchemas: s.resources, DataSourceSchemas: s.data,
	}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

func (s *server) PrepareProviderConfig(_ context.Context, q *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: q.Config}, nil
}

func (s *server) ConfigureProvider(_ context.Context, q *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	m := fields(given(q.Config, s.provider.ValueType()))
	if region := text(m["region"]); region != "" {
		s.now.region = region
	}
	for _, tags := range blocks(m["default_tags"]) {
		if settled(tags["tags"]) {
			s.now.tags = fields(tags["tags"])
		}
	}
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceTypeConfig(_ context.Context, q *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	v := given(q.Config, s.resources[q.TypeName].ValueType())
	found := append(wrong(v), s.blocks[q.TypeName].readOnly(v, tftypes.NewAttributePath())...)
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: found}, nil
}

func (s *server) ValidateDataSourceConfig(_ context.Context, q *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	v := given(q.Config, s.data[q.TypeName].ValueType())
	found := s.blocks["data."+q.TypeName].readOnly(v, tftypes.NewAttributePath())
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: found}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, q *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	v, err := q.RawState.UnmarshalWithOpts(s.resources[q.TypeName].ValueType(), tfprotov5.UnmarshalOpts{
		ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true},
	})
	must(err)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: answer(v)}, nil
}

// ImportResourceState takes over what an import block names: of it, only the id is known.
func (s *server) ImportResourceState(_ context.Context, q *tfprotov5.ImportResourceStateRequest) (*tfprotov5.ImportResourceStateResponse, error) {
	found := s.blocks[q.TypeName].imported(s.resources[q.TypeName].ValueType(), q.ID)
	return &tfprotov5.ImportResourceStateResponse{
		ImportedResources: []*tfprotov5.ImportedResource{{TypeName: q.TypeName, State: answer(found)}},
	}, nil
}

func (s *server) ReadResource(_ context.Context, q *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: q.CurrentState, Private: q.Private}, nil
}

func (s *server) PlanResourceChange(_ context.Context, q *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	t := s.resources[q.TypeName].ValueType()
	prior, proposed := given(q.PriorState, t), given(q.ProposedNewState, t)
	if proposed.IsNull() {
		return &tfprotov5.PlanResourceChangeResponse{PlannedState: q.ProposedNewState, PlannedPrivate: q.PriorPrivate}, nil
	}
	b := s.blocks[q.TypeName]
	if !prior.IsNull() {
		proposed = s.now.retagged(proposed)
		if prior.Equal(proposed) {
			return &tfprotov5.PlanResourceChangeResponse{PlannedState: answer(proposed), PlannedPrivate: q.PriorPrivate}, nil
		}
	}
	planned := s.now.known(q.TypeName, b.compute(proposed))
	if s.known {
		planned = invent(q.TypeName, s.now.region, proposed, false).early(b, planned)
	}
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: answer(planned)}, nil
}

func (s *server) ApplyResourceChange(_ context.Context, q *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	planned := given(q.PlannedState, s.resources[q.TypeName].ValueType())
	if !planned.IsNull() {
		planned = invent(q.TypeName, s.now.region, planned, false).fill(planned)
	}
	return &tfprotov5.ApplyResourceChangeResponse{NewState: answer(planned)}, nil
}

func (s *server) ReadDataSource(_ context.Context, q *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	configured := given(q.Config, s.data[q.TypeName].ValueType())
	m := fields(s.blocks["data."+q.TypeName].compute(configured))
	switch q.TypeName {
	case "aws_region":
		for _, name := range []string{"id", "name", "region"} {
			m[name] = tftypes.NewValue(tftypes.String, s.now.region)
		}
	case "aws_partition":
		m["partition"] = tftypes.NewValue(tftypes.String, "aws")
		m["dns_suffix"] = tftypes.NewValue(tftypes.String, "amazonaws.com")
	case "aws_caller_identity":
		m["id"] = tftypes.NewValue(tftypes.String, account)
	case "aws_iam_policy_document":
		body := document(m)
		m["json"] = tftypes.NewValue(tftypes.String, indented(body))
		m["minified_json"] = tftypes.NewValue(tftypes.String, body)
	}
	made := invent("data."+q.TypeName, s.now.region, configured, true)
	return &tfprotov5.ReadDataSourceResponse{State: answer(made.fill(tftypes.NewValue(configured.Type(), m)))}, nil
}

func indented(body string) string {
	var any any
	must(json.Unmarshal([]byte(body), &any))
	out, err := json.MarshalIndent(any, "", "  ")
	must(err)
	return string(out)
}
