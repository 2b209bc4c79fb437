// Command program is what a user of package api may write: it backs up a project,
// imports the backup, compares, and leaves nothing behind.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api"
)

func main() {
	client, err := api.NewClient()
	if err == nil {
		err = move(context.Background(), client.Project(os.Getenv("UBIOPS_PROJECT")), os.TempDir())
	}
	if err != nil {
		log.Fatal(err)
	}
}

func move(ctx context.Context, project api.Project, folder string) error {
	backup, copied := filepath.Join(folder, "backup.zip"), filepath.Join(folder, "copy.zip")
	if _, err := project.Exports.RunToFile(ctx, api.Everything(), backup); err != nil {
		return err
	}
	imported, err := project.Imports.Run(ctx, api.FromFile(backup), api.Accept())
	if err != nil {
		return err
	}
	if _, err := project.Imports.DownloadToFile(ctx, imported.ID, copied); err != nil {
		return err
	}
	if err := same(backup, copied); err != nil {
		return err
	}
	return clear(ctx, project)
}

func same(a, b string) error {
	first, err := os.ReadFile(a)
	second, secondErr := os.ReadFile(b)
	if err := errors.Join(err, secondErr); err != nil {
		return err
	}
	if !bytes.Equal(first, second) {
		return fmt.Errorf("%s and %s differ", a, b)
	}
	return nil
}

func clear(ctx context.Context, project api.Project) error {
	exports, err := project.Exports.List(ctx)
	if err != nil {
		return err
	}
	for _, export := range exports {
		if err := project.Exports.Delete(ctx, export.ID); err != nil {
			return err
		}
	}
	imports, err := project.Imports.List(ctx)
	if err != nil {
		return err
	}
	for _, i := range imports {
		if err := project.Imports.Delete(ctx, i.ID); err != nil {
			return err
		}
	}
	return nil
}
