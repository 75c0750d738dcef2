"""Clients of AWS services, through boto3."""
