// Command aws-stub is a Terraform provider that serves the schema of the AWS provider and asks no network.
//
// What is configured is checked against the schema; what AWS would compute is unknown in a plan and made up when
// it is applied: the same for the same configuration, and of the form that AWS gives it. With AWS_STUB=known, ids,
// ARNs and the like are known in the plan already, so that documents which refer to them can be read in it.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

// version changes with anything that the provider does; the schema, which it reads, has a version of its own.
const version = "1.0.1"

// address is the one that configurations ask for; OpenTofu asks for the same under its own registry.
const address = "registry.terraform.io/hashicorp/aws"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "-version" {
		fmt.Println("aws-stub", version)
		return
	}
	s, err := load(os.Getenv("AWS_STUB_SCHEMA"))
	if err != nil {
		log.Fatalf("AWS_STUB_SCHEMA: %v", err)
	}
	serve := func() tfprotov5.ProviderServer { return newServer(s, os.Getenv("AWS_STUB") == "known") }
	if err := tf5server.Serve(address, serve); err != nil {
		log.Fatal(err)
	}
}
