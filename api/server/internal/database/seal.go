package database

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// seal encodes and seals a model. An empty one is nothing.
func (t *tx) seal(model any) ([]byte, error) {
	data, err := json.Marshal(model, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	if string(data) == "{}" {
		return []byte{}, nil
	}
	return t.d.options.Keeper.seal(data), nil
}

// unseal undoes seal.
func (t *tx) unseal(sealed []byte, model any) error {
	if len(sealed) == 0 {
		return nil
	}
	data, err := t.d.options.Keeper.open(sealed)
	if err != nil {
		return fmt.Errorf("a sealed document cannot be opened: %w", err)
	}
	return json.Unmarshal(data, model)
}

// sealText seals a text that may be empty.
func (t *tx) sealText(text string) []byte {
	if text == "" {
		return []byte{}
	}
	return t.d.options.Keeper.seal([]byte(text))
}

func (t *tx) unsealText(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := t.d.options.Keeper.open(sealed)
	if err != nil {
		return "", fmt.Errorf("a sealed text cannot be opened: %w", err)
	}
	return string(text), nil
}
