package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/cluster"
)

// shared is the storage of several machines.
type shared struct {
	options cluster.Options
	from    settings.Origins
}

// Define implements [serve.Storage].
func (s *shared) Define(cmd *cobra.Command) {
	databaseFlag(cmd, &s.options.Database)
	cmd.Flags().StringVar(&s.options.Archives, "blobs", "", "bucket for archives, s3://BUCKET/PREFIX?endpoint=URL&region=NAME, with the\ncredentials that Amazon's tools take")
	cmd.Flags().StringVar(&s.options.KeyFile, "key-file", "", "file with the key of what is kept secret: 32 bytes in URL-safe base64")
}

func databaseFlag(cmd *cobra.Command, location *string) {
	cmd.Flags().StringVar(location, "database", "", "PostgreSQL, as postgres://USER:PASSWORD@HOST/NAME; better in the environment,\nsince arguments can be seen by others")
}

// Chosen implements [serve.Storage].
func (s *shared) Chosen(from settings.Origins) (bool, error) {
	s.from = from
	given := 0
	for _, value := range []string{s.options.Database, s.options.Archives, s.options.KeyFile} {
		if value != "" {
			given++
		}
	}
	if given != 0 && given != 3 {
		return true, fmt.Errorf("%s, %s and %s must be given together", from.Of("database"), from.Of("blobs"), from.Of("key-file"))
	}
	return given == 3, nil
}

// Open implements [serve.Storage].
func (s *shared) Open(ctx context.Context, log *slog.Logger) (server.Storage, error) {
	s.options.Log = log
	storage, err := cluster.Open(ctx, s.options)
	if errors.Is(err, cluster.ErrPending) {
		err = fmt.Errorf("%w: run %s migrate up, with no replica of an earlier version running", err, name)
	}
	if err != nil {
		return nil, settings.OneLine(err)
	}
	return storage, nil
}
