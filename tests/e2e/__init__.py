"""The rig that proves the whole chain on a real cluster; ``python -m tests.e2e`` runs it.

codebuild     runs a buildspec as CodeBuild does; buildspec reads it
docker_shim   ``docker`` for it, onto buildah, the registry and ECR
images        the base and PostgreSQL images that no Docker Hub is needed for
aws           moto as the AWS API
stand_in      plays the two AWS controllers that cannot run here
kube          the Kubernetes API by HTTP; what the assertions look at
forge         Gitea's API and git work trees
watch         looks on while something happens
world         starts all of it and stops it; diagnostics is what a failure leaves
steps         what is proven, one function each
"""
