package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Confirm says what an import is to create and lets it go on. The zero update
// takes everything as it was scanned, on servers of this project; an update
// that names something creates what it names. It is the operation
// imports_update.
//
// Right after it a read may still find the status confirmation: give
// [ImportsService.Wait] the option [Confirmed].
//
// Where the outcome is not known, Confirm reads the import: when it has left the
// status confirmation, a confirmation has arrived, and the import is returned as
// it is then; otherwise the same confirmation is sent again, which the server
// refuses where the first one has arrived after all. This takes for granted
// that nobody else confirms the import: the confirmation of another writer
// looks the same.
//
// Values in the update are shown in no error of Confirm, unless their variable
// says that it is no secret, or they have less than 4 bytes, which could be a part
// of anything. A later call knows nothing of them; only [ImportsService.Run] does.
//
// Errors: an update that cannot be encoded, and those of [ImportsService];
// [ErrConflict] where the import does not wait for a confirmation;
// [*UnknownOutcomeError] where the outcome could not be found out.
func (s *ImportsService) Confirm(ctx context.Context, project, id string, update models.ImportUpdate) (*models.ImportDetail, error) {
	if err := pathElements(project, "import id", id); err != nil {
		return nil, err
	}
	body, err := json.Marshal(&update)
	if err != nil {
		return nil, fmt.Errorf("encoding the confirmation: %w", err)
	}
	c := s.client.masking(secretsOf(update))
	var lost error
	for n := 1; ; n++ {
		confirmed, err := fetch[models.ImportDetail](c, func(c *client.Client) (*http.Response, error) {
			return c.ImportsUpdateWithBody(ctx, project, id, jsonType, bytes.NewReader(body))
		})
		_, unknown := errors.AsType[*UnknownOutcomeError](err)
		switch {
		case unknown:
			lost = err
		case lost == nil, err == nil:
			return confirmed, err
		case !errors.Is(err, ErrConflict): // the attempt before this one remains unknown
			return nil, errors.Join(lost, err)
		}
		// After a conflict too: it can be the answer to our own confirmation.
		for reads := 1; ctx.Err() == nil; reads++ {
			detail, readErr := c.Imports.Get(ctx, project, id)
			if readErr != nil {
				return nil, errors.Join(lost, readErr)
			}
			if detail.Status != models.ImportStatusConfirmation {
				return detail, nil
			}
			if unknown || reads == c.send.retry.MaxAttempts {
				break
			}
			if sleep(ctx, c.send.retry.delay(reads, 0)) != nil {
				break
			}
		}
		if !unknown || ctx.Err() != nil || n >= c.send.retry.MaxAttempts || sleep(ctx, c.send.retry.delay(n, 0)) != nil {
			if !unknown {
				return nil, errors.Join(lost, err)
			}
			return nil, lost
		}
	}
}

// secretsOf returns the values of the variables in an update that may be secret:
// one that says nothing about that keeps what the archive says.
func secretsOf(update models.ImportUpdate) []string {
	var secrets []string
	variables.Map(update, func(_ jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if v.Secret == nil || *v.Secret {
			secrets = append(secrets, v.Value.Or(""))
		}
		return v
	})
	return secrets
}
