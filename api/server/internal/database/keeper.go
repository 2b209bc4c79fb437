package database

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/nacl/secretbox"
)

// A Keeper seals documents with AES-256-GCM. It also opens those that earlier
// versions have sealed, with NaCl's secretbox.
type Keeper struct {
	aead cipher.AEAD
	key  [32]byte // of the secretbox
}

// sealedMark begins what is sealed now. A secretbox begins with a random nonce,
// which is the same once in 2^32.
var sealedMark = []byte("\x00gcm")

const secretboxNonce = 24

// NewKeeper returns the keeper of a key.
func NewKeeper(key [32]byte) (*Keeper, error) {
	// Another key than the secretbox has.
	derived, err := hkdf.Key(sha256.New, key[:], nil, "documents AES-256-GCM", len(key))
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &Keeper{aead, key}, err
}

// ReadKeeper returns the keeper of the key in a file: 32 bytes in URL-safe base64.
func ReadKeeper(path string) (*Keeper, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the user names it, or its folder
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	key, err := base64.URLEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("key file %s does not contain 32 bytes in URL-safe base64", path)
	}
	return NewKeeper([32]byte(key))
}

func (k *Keeper) seal(text []byte) []byte {
	return k.aead.Seal(bytes.Clone(sealedMark), nil, text, nil) //nolint:gosec // it makes a random nonce
}

func (k *Keeper) open(sealed []byte) ([]byte, error) {
	if rest, ok := bytes.CutPrefix(sealed, sealedMark); ok {
		if text, err := k.aead.Open(nil, nil, rest, nil); err == nil {
			return text, nil
		}
	}
	if len(sealed) > secretboxNonce {
		nonce := [secretboxNonce]byte(sealed)
		if text, ok := secretbox.Open(nil, sealed[secretboxNonce:], &nonce, &k.key); ok {
			return text, nil
		}
	}
	return nil, errors.New("it was changed, or sealed with another key")
}
