resource "aws_s3_bucket" "files" {
  bucket = "stall-prod-www-123456789012-site"
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_acm_certificate" "www" {
  region            = "us-east-1"
  domain_name       = "www.stall.example.com"
  validation_method = "DNS"
}

resource "aws_cloudfront_origin_access_control" "files" {
  name                              = "stall-prod-www"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "folders" {
  name    = "stall-prod-www"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = "function handler(event) { return event.request; }"
}

resource "aws_cloudfront_distribution" "www" {
  aliases             = ["www.stall.example.com"]
  enabled             = true
  is_ipv6_enabled     = true
  default_root_object = "index.html"
  price_class         = "PriceClass_100"
  http_version        = "http2and3"

  origin {
    origin_id                = "files"
    domain_name              = aws_s3_bucket.files.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.files.id
  }

  default_cache_behavior {
    target_origin_id       = "files"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.folders.arn
    }
  }

  custom_error_response {
    error_code         = 403
    response_code      = 404
    response_page_path = "/404.html"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.www.arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "aws_s3_bucket_policy" "files" {
  bucket = aws_s3_bucket.files.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.files.arn}/*"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudfront_distribution.www.arn } }
    }]
  })
}

resource "aws_route53_zone" "main" {
  name = "stall.example.com"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.stall.example.com"
  type    = "A"

  alias {
    name                   = aws_cloudfront_distribution.www.domain_name
    zone_id                = aws_cloudfront_distribution.www.hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_amplify_app" "guide" {
  name     = "stall-prod-guide"
  platform = "WEB"

  custom_rule {
    source = "/<*>"
    target = "/404.html"
    status = "404"
  }
}

resource "aws_amplify_branch" "guide" {
  app_id      = aws_amplify_app.guide.id
  branch_name = "stall-prod"
  stage       = "PRODUCTION"
}

resource "aws_amplify_domain_association" "guide" {
  app_id                = aws_amplify_app.guide.id
  domain_name           = "guide.stall.example.com"
  wait_for_verification = false

  sub_domain {
    branch_name = aws_amplify_branch.guide.branch_name
    prefix      = ""
  }
}
