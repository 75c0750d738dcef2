"""Hold a plan against AWS' own schemas: its resources as CloudFormation has them, read by cfn-lint."""
