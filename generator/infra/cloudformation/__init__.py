"""Check a plan with AWS' own schemas: convert its resources to CloudFormation, and run cfn-lint."""
