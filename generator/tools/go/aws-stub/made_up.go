package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const account = "123456789012"

// prefixes are those of ids that AWS makes up, by kind of resource.
var prefixes = map[string]string{
	"aws_vpc": "vpc-", "aws_subnet": "subnet-", "aws_security_group": "sg-", "aws_internet_gateway": "igw-",
	"aws_egress_only_internet_gateway": "eigw-", "aws_nat_gateway": "nat-", "aws_eip": "eipalloc-",
	"aws_route_table": "rtb-", "aws_route": "r-rtb-", "aws_route_table_association": "rtbassoc-",
	"aws_security_group_rule": "sgrule-", "aws_vpc_security_group_ingress_rule": "sgr-",
	"aws_vpc_security_group_egress_rule": "sgr-", "aws_vpc_endpoint": "vpce-", "aws_flow_log": "fl-",
	"aws_network_acl": "acl-", "aws_network_interface": "eni-", "aws_instance": "i-", "aws_launch_template": "lt-",
	"aws_efs_file_system": "fs-", "aws_efs_access_point": "fsap-", "aws_efs_mount_target": "fsmt-",
	"aws_ami": "ami-", "aws_service_discovery_private_dns_namespace": "ns-",
	"aws_service_discovery_http_namespace": "ns-", "aws_service_discovery_service": "srv-",
	"aws_cloudfront_origin_access_control": "E", "aws_cloudfront_distribution": "E", "aws_route53_zone": "Z",
	"aws_amplify_app": "d", "aws_default_security_group": "sg-", "aws_ec2_managed_prefix_list": "pl-",
}

// services are the names in ARNs, by the first words of a kind; all others have the word itself.
var services = map[string]string{
	"lb": "elasticloadbalancing", "db": "rds", "appautoscaling": "application-autoscaling", "cloudwatch": "cloudwatch",
	"cloudwatch_log": "logs", "cloudwatch_event": "events", "vpc": "ec2", "subnet": "ec2", "security": "ec2",
	"internet": "ec2", "nat": "ec2", "eip": "ec2", "route": "ec2", "flow": "ec2", "network": "ec2", "instance": "ec2",
	"launch": "ec2", "egress": "ec2", "efs": "elasticfilesystem", "service": "servicediscovery",
	"codestarconnections": "codestar-connections", "codestarnotifications": "codestar-notifications",
	"docdb": "rds", "default": "ec2", "backup": "backup", "acm": "acm",
}

// arns are the forms that differ from service:region:account:kind/name.
var arns = map[string]string{
	"aws_s3_bucket": "arn:aws:s3:::{name}", "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
	"aws_iam_policy": "arn:aws:iam::{account}:policy/{name}", "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
	"aws_iam_openid_connect_provider": "arn:aws:iam::{account}:oidc-provider/{name}",
	"aws_iam_instance_profile":        "arn:aws:iam::{account}:instance-profile/{name}",
	"aws_sqs_queue":                   "arn:aws:sqs:{region}:{account}:{name}",
	"aws_cloudwatch_log_group":        "arn:aws:logs:{region}:{account}:log-group:{name}",
	"aws_secretsmanager_secret":       "arn:aws:secretsmanager:{region}:{account}:secret:{name}-a1b2c3",
	"aws_db_instance":                 "arn:aws:rds:{region}:{account}:db:{name}",
	"aws_rds_cluster":                 "arn:aws:rds:{region}:{account}:cluster:{name}",
	"aws_dynamodb_table":              "arn:aws:dynamodb:{region}:{account}:table/{name}",
	"aws_codepipeline":                "arn:aws:codepipeline:{region}:{account}:{name}",
	"aws_codecommit_repository":       "arn:aws:codecommit:{region}:{account}:{name}",
	"aws_codebuild_project":           "arn:aws:codebuild:{region}:{account}:project/{name}",
	"aws_ecr_repository":              "arn:aws:ecr:{region}:{account}:repository/{name}",
	"aws_ecs_cluster":                 "arn:aws:ecs:{region}:{account}:cluster/{name}",
	"aws_ecs_task_definition":         "arn:aws:ecs:{region}:{account}:task-definition/{name}:1",
	"aws_eks_cluster":                 "arn:aws:eks:{region}:{account}:cluster/{name}",
	"aws_lb":                          "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/0123456789abcdef",
	"aws_lb_target_group":             "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/0123456789abcdef",
	"aws_lb_listener":                 "arn:aws:elasticloadbalancing:{region}:{account}:listener/app/x/0123456789abcdef/{hash}",
	"aws_lb_listener_rule":            "arn:aws:elasticloadbalancing:{region}:{account}:listener-rule/app/x/0123456789abcdef/0123456789abcdef/{hash}",
	"aws_acm_certificate":             "arn:aws:acm:{region}:{account}:certificate/{uuid}",
	"aws_kms_key":                     "arn:aws:kms:{region}:{account}:key/{uuid}",
	"aws_codeconnections_connection":  "arn:aws:codeconnections:{region}:{account}:connection/{uuid}",
	"aws_cloudwatch_metric_alarm":     "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
	"aws_cloudfront_distribution":     "arn:aws:cloudfront::{account}:distribution/E{hash}",
	"aws_ssm_parameter":               "arn:aws:ssm:{region}:{account}:parameter/{name}",
	"aws_cloudwatch_event_rule":       "arn:aws:events:{region}:{account}:rule/{name}",
}

// identified are kinds whose id is the ARN.
var identified = words(`aws_lb aws_lb_target_group aws_lb_listener aws_lb_listener_rule aws_ecs_cluster aws_ecs_service
aws_sns_topic aws_sns_topic_subscription aws_acm_certificate aws_iam_policy aws_secretsmanager_secret
aws_codebuild_report_group aws_codeconnections_connection aws_codestarconnections_connection
aws_iam_openid_connect_provider aws_codestarnotifications_notification_rule`)

// named are the attributes that tell resources of a kind apart, the first that is there.
var named = strings.Fields(`name bucket identifier cluster_identifier function_name family repository_name
replication_group_id domain_name alias domain url pod_identity_association`)

func words(text string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.Fields(text) {
		out[word] = true
	}
	return out
}

// inventor makes up what AWS would compute for one resource.
type inventor struct {
	kind, region, name, hash string
	data                     bool
}

func invent(kind, region string, configured tftypes.Value, data bool) inventor {
	kind = strings.TrimPrefix(kind, "data.")
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(kind+region+configured.String())))
	i := inventor{kind: kind, region: region, hash: hash, data: data, name: strings.ReplaceAll(strings.TrimPrefix(kind, "aws_"), "_", "-") + "-" + hash[:8]}
	m := fields(configured)
	if own, ok := m["region"]; ok && settled(own) {
		must(own.As(&i.region))
	}
	for _, attribute := range named {
		if x, ok := m[attribute]; ok && settled(x) && x.Type().Is(tftypes.String) {
			must(x.As(&i.name))
			break
		}
	}
	return i
}

func (i inventor) uuid() string {
	h := i.hash
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
}

func (i inventor) arn() string {
	name := strings.TrimPrefix(i.name, "https://")
	if form, ok := arns[i.kind]; ok {
		return strings.NewReplacer(
			"{region}", i.region, "{account}", account, "{name}", name, "{hash}", i.hash[:16], "{uuid}", i.uuid(),
		).Replace(form)
	}
	parts := strings.SplitN(strings.TrimPrefix(i.kind, "aws_"), "_", 3)
	service := parts[0]
	if len(parts) > 1 && services[parts[0]+"_"+parts[1]] != "" {
		service = services[parts[0]+"_"+parts[1]]
	} else if services[parts[0]] != "" {
		service = services[parts[0]]
	}
	kind := strings.ReplaceAll(strings.Join(parts[min(1, len(parts)-1):], "-"), "_", "-")
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s/%s", service, i.region, account, kind, name)
}

func (i inventor) id() string {
	switch {
	case identified[i.kind]:
		return i.arn()
	case i.kind == "aws_sqs_queue":
		return i.url()
	case prefixes[i.kind] == "E" || prefixes[i.kind] == "Z":
		return prefixes[i.kind] + strings.ToUpper(i.hash[:13])
	case prefixes[i.kind] != "":
		return prefixes[i.kind] + i.hash[:17]
	}
	return i.name
}

func (i inventor) url() string {
	return "https://sqs." + i.region + ".amazonaws.com/" + account + "/" + i.name
}

// text returns a string attribute by its name.
func (i inventor) text(attribute string) string {
	switch {
	case attribute == "id":
		return i.id()
	case attribute == "arn" || attribute == "arn_prefix":
		return i.arn()
	case attribute == "account_id" || attribute == "owner_id" || attribute == "registry_id" || attribute == "owner":
		return account
	case attribute == "region":
		return i.region
	case attribute == "url" && i.kind == "aws_sqs_queue":
		return i.url()
	case attribute == "repository_url":
		return account + ".dkr.ecr." + i.region + ".amazonaws.com/" + i.name
	case attribute == "kms_key_id" || attribute == "key_arn":
		return "arn:aws:kms:" + i.region + ":" + account + ":key/" + i.uuid()
	case attribute == "secret_arn":
		return "arn:aws:secretsmanager:" + i.region + ":" + account + ":secret:" + i.name + "-a1b2c3"
	case strings.HasSuffix(attribute, "_arn"):
		return "arn:aws:iam::" + account + ":role/" + i.name
	case strings.HasSuffix(attribute, "dns_name") || attribute == "domain_name" || attribute == "regional_domain_name" ||
		attribute == "bucket_regional_domain_name" || attribute == "bucket_domain_name" || attribute == "hosted_zone_name":
		return i.hash[:10] + "." + i.region + ".stub.example.com"
	case attribute == "endpoint" && i.kind == "aws_eks_cluster":
		return "https://" + strings.ToUpper(i.hash[:32]) + ".gr7." + i.region + ".eks.amazonaws.com"
	case attribute == "endpoint" || attribute == "address" || attribute == "primary_endpoint_address":
		return i.name + "." + i.hash[:12] + "." + i.region + ".rds.amazonaws.com"
	case attribute == "issuer":
		return "https://oidc.eks." + i.region + ".amazonaws.com/id/" + strings.ToUpper(i.hash[:32])
	case attribute == "zone_id" || attribute == "hosted_zone_id":
		return "Z" + strings.ToUpper(i.hash[:13])
	case attribute == "vpc_id" || attribute == "default_vpc_id":
		return "vpc-" + i.hash[:17]
	case strings.HasSuffix(attribute, "security_group_id"):
		return "sg-" + i.hash[:17]
	case strings.HasSuffix(attribute, "route_table_id"):
		return "rtb-" + i.hash[:17]
	case attribute == "network_interface_id":
		return "eni-" + i.hash[:17]
	case attribute == "image_id" || attribute == "ami":
		return "ami-" + i.hash[:17]
	case attribute == "public_ip" || attribute == "private_ip":
		return "198.51.100.10"
	case strings.HasSuffix(attribute, "cidr_block"):
		return "10.0.0.0/16"
	case attribute == "unique_id":
		return "AROA" + strings.ToUpper(i.hash[:17])
	case attribute == "creation_date" || attribute == "create_date" || attribute == "created_at" || attribute == "created_date":
		return "2026-01-01T00:00:00Z"
	case attribute == "json" || attribute == "minified_json" || attribute == "policy" || attribute == "assume_role_policy":
		return `{"Version":"2012-10-17","Statement":[]}`
	case attribute == "status" || attribute == "state":
		return "ACTIVE"
	case attribute == "resource_record_type":
		return "CNAME"
	case attribute == "version" || attribute == "engine_version_actual" || attribute == "data":
		return "1"
	case attribute == "name":
		return i.name
	}
	return attribute + "-" + i.hash[:8]
}

// plural are lists of a data source that stand for things in as many zones.
var plural = words("ids names zone_ids subnet_ids")

// value makes up a value of a type.
func (i inventor) value(attribute string, t tftypes.Type) tftypes.Value {
	switch t := t.(type) {
	case tftypes.List:
		return tftypes.NewValue(t, i.items(attribute, t.ElementType))
	case tftypes.Set:
		return tftypes.NewValue(t, i.items(attribute, t.ElementType))
	case tftypes.Map:
		return tftypes.NewValue(t, map[string]tftypes.Value{})
	case tftypes.Object:
		m := map[string]tftypes.Value{}
		for field, kind := range t.AttributeTypes {
			m[field] = i.value(field, kind)
		}
		return tftypes.NewValue(t, m)
	}
	switch {
	case t.Is(tftypes.String):
		return tftypes.NewValue(t, i.text(attribute))
	case t.Is(tftypes.Number):
		return tftypes.NewValue(t, i.number(attribute))
	case t.Is(tftypes.Bool):
		return tftypes.NewValue(t, false)
	}
	return tftypes.NewValue(t, nil)
}

func (i inventor) number(attribute string) int64 {
	switch {
	case attribute == "port" || attribute == "db_instance_port":
		return 5432
	case attribute == "revision" || attribute == "latest_version":
		return 1
	}
	return 0
}

// items makes up one object, as in a cluster's identity, or three ids or names of a data source.
func (i inventor) items(attribute string, element tftypes.Type) []tftypes.Value {
	if element.Is(tftypes.Object{}) {
		return []tftypes.Value{i.value(attribute, element)}
	}
	if !i.data || !plural[attribute] || !element.Is(tftypes.String) {
		return []tftypes.Value{}
	}
	var out []tftypes.Value
	for _, zone := range "abc" {
		out = append(out, tftypes.NewValue(element, i.member(attribute, string(zone))))
	}
	return out
}

func (i inventor) member(attribute, zone string) string {
	switch {
	case i.kind == "aws_availability_zones" && attribute == "names":
		return i.region + zone
	case i.kind == "aws_availability_zones":
		return "euw1-az" + zone
	}
	// aws_subnets has ids of what aws_subnet is one of.
	one := strings.TrimSuffix(i.kind, "s")
	if prefixes[one] == "" {
		return i.name + "-" + zone
	}
	sum := sha256.Sum256([]byte(i.hash + zone))
	return prefixes[one] + hex.EncodeToString(sum[:])[:17]
}

// fill replaces every unknown in v.
func (i inventor) fill(v tftypes.Value) tftypes.Value {
	out, err := tftypes.Transform(v, func(p *tftypes.AttributePath, x tftypes.Value) (tftypes.Value, error) {
		if x.IsKnown() {
			return x, nil
		}
		return i.value(last(p), x.Type()), nil
	})
	must(err)
	return out
}

func last(p *tftypes.AttributePath) string {
	steps := p.Steps()
	for n := len(steps) - 1; n >= 0; n-- {
		if name, ok := steps[n].(tftypes.AttributeName); ok {
			return string(name)
		}
	}
	return ""
}

// optional are attributes that may be configured but that others ask for as if they were computed only.
var optional = words(`aws_db_instance.port aws_rds_cluster.port aws_db_instance.identifier aws_subnet.availability_zone
aws_vpc.cidr_block aws_iam_role.name aws_security_group.name aws_lb_target_group.name aws_lb.name aws_sns_topic.name
aws_sqs_queue.name aws_s3_bucket.bucket aws_eks_cluster.version aws_secretsmanager_secret.name
aws_cloudwatch_log_group.name aws_eks_node_group.node_group_name`)

// early fills in what is computed only, and the id: what a plan would not tell, but for AWS_STUB=known.
func (i inventor) early(b *block, v tftypes.Value) tftypes.Value {
	m := fields(v)
	for name, a := range b.Attributes {
		if !m[name].IsKnown() && (!a.is("o") || name == "id" || optional[i.kind+"."+name]) {
			m[name] = i.value(name, a.kind)
		} else if i.kind == "aws_acm_certificate" && name == "domain_validation_options" {
			m[name] = i.fill(m[name])
		}
	}
	return tftypes.NewValue(v.Type(), m)
}
