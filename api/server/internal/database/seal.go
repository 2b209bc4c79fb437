package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
)

// keeperCheck names the setting with a known text, sealed.
const keeperCheck = "keeper"

// checkKeeper makes sure that the keeper is the one that the database began
// with.
func (d *Database) checkKeeper(ctx context.Context) error {
	sealed, err := d.reads.queries.Setting(ctx, keeperCheck)
	if errors.Is(err, sql.ErrNoRows) {
		if sealed, err = d.options.Keeper.Encrypt(ctx, []byte(keeperCheck)); err != nil {
			return err
		}
		return d.writes.queries.PutSetting(ctx, queries.PutSettingParams{Name: keeperCheck, Value: sealed})
	}
	if err != nil {
		return err
	}
	if text, err := d.options.Keeper.Decrypt(ctx, sealed); err != nil || string(text) != keeperCheck {
		return errors.Join(errors.New("the key is not the one that it was made with"), err)
	}
	return nil
}

// seal encodes and seals a model. An empty one is nothing.
func (t *tx) seal(model any) ([]byte, error) {
	data, err := json.Marshal(model, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	if string(data) == "{}" {
		return []byte{}, nil
	}
	return t.d.options.Keeper.Encrypt(t.ctx, data)
}

// unseal is the way back.
func (t *tx) unseal(sealed []byte, model any) error {
	if len(sealed) == 0 {
		return nil
	}
	data, err := t.d.options.Keeper.Decrypt(t.ctx, sealed)
	if err != nil {
		return fmt.Errorf("a sealed document cannot be opened: %w", err)
	}
	return json.Unmarshal(data, model)
}

// sealText seals a text that may be empty.
func (t *tx) sealText(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	return t.d.options.Keeper.Encrypt(t.ctx, []byte(text))
}

func (t *tx) unsealText(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := t.d.options.Keeper.Decrypt(t.ctx, sealed)
	if err != nil {
		return "", fmt.Errorf("a sealed text cannot be opened: %w", err)
	}
	return string(text), nil
}
