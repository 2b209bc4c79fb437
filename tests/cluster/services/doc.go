// Package services runs PostgreSQL and an S3 server for tests, each with data of its
// own, on ports of this machine only. Both have to be installed.
package services
