"""Hashes that other programs made, kept to show that their owners can still log in."""

PASSWORD = "correct horse battery staple"
ACCENTS = "Crème brûlée five"
# The ligature is two letters in Flask-Security's form (NFKD).
LIGATURE = "Crème brûlée \ufb01ve"
LONG = "x" * 100
OLD_SALT = "146585145368132386173505678016728509634"

# Of PASSWORD, by passlib 1.7.4.
PASSLIB = {
    "bcrypt": "$2b$04$kLJX5lQCaLPh7htqOE0q8utgEDlTLSfNRDDSts2ho5KRdMY1RQi3K",
    "bcrypt 2a": "$2a$04$IS0xqfAjfu/WSCaZRixOKOquSETswJrRxwUg9fqcgfaKJv.P.thZK",
    "bcrypt 2y": "$2y$04$gSZhXjMsl1qXrjCGkdpAvuFxyk9Ch5gMeTfy7Q3hAvU1AwIRD8znK",
    "pbkdf2 sha1": "$pbkdf2$1000$5vwfQ2hNae39PyeE8P7/3w$iyV671QtvP3hS37k6XC8x8toWtA",
    "pbkdf2 sha256": "$pbkdf2-sha256$1000$WiulVOo9Z0wJoRSCUArBGA"
    "$t07zOPIFgcd..PKMYMA0ht2Q8XJxf8s9ZUX3sVtUAA0",
    "pbkdf2 sha512": "$pbkdf2-sha512$1000$835vrfU.ZyzlXAuhtNYaAw"
    "$C6YWMgmhD3jI4lT1.YUely23D65iX2Ydgxm8v9ldtU8vsmAIoQwHYBX1cc.bgc8Fi58RC5Qezki0Y5MZFvfXAQ",
    "sha512-crypt": "$6$rounds=1000$hF2TYWlItI4jqrHP"
    "$jFyIBYrNVHxewk7/qQTs3ev/.PjSKAiqGBaWNaXZmZJz16pg8bFEBW17FRrEQLSUZ/YeAJ13nmqJyGofyJuo5/",
    "scrypt": "$scrypt$ln=10,r=8,p=1$4pzzHsM4J2RszRnDuBcipA"
    "$uUeSDoIbB2RSfvM/SfQS/8l7dAtRd5/TcWU03c/UJJ4",
}
# Of PASSWORD, by programs that share no code with passlib.
OTHERS = {
    "libxcrypt 2y": "$2y$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    "libxcrypt 2a": "$2a$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    "libxcrypt 6": "$6$rounds=1000$saltsalt"
    "$j9Vf8YShD0koGhimfqidabEQeWmhpJ9YxprOCX.iV89zcJPtewN9pJnLRum4UDiZcBurQvcQNMKwhpHywoJfV/",
    "openssl passwd -6": "$6$saltsalt"
    "$CPgxBHZBXfhC6lX1yxpdEsbQfXmg3WXVj8AoVwyNFLfb5AtbfM8k6A8yehv1z6sgzoH/DUIs7YK9hVnGhTjhW/",
    "node pbkdf2 sha1": "$pbkdf2$1000$c2l4dGVlbiBieXRlIHNsdA$FMzdi193zlT50xfDm2YNyRZVEJU",
    "node pbkdf2 sha256": "$pbkdf2-sha256$1000$c2l4dGVlbiBieXRlIHNsdA"
    "$BaruwSbpHYJRQRMzlz9t09usJ2bfLKNK.A6dm04mJuk",
    "node pbkdf2 sha512": "$pbkdf2-sha512$1000$c2l4dGVlbiBieXRlIHNsdA"
    "$3QMwrxLg4/X2UcnWiHG3oGtaw1Sr4coKsAAOWMiR/640yePfdIno4J23vNuKz9ZkADlvSFRe8oUd.qOpwSH1Ww",
    "node scrypt": "$scrypt$ln=10,r=8,p=1$c2l4dGVlbiBieXRlIHNsdA"
    "$1DuK7t0mGkvYvadig0p9VpOI+L6xz1bcO5P8nWLyjWA",
}
# Of LONG: bcrypt sees its first 72 bytes.
LONG_BCRYPT = {
    "passlib": "$2b$04$GIs.oHo1Zak1/9d27.wij.PZkGgXtjtv.OgJxCSKNEilT4IjaJJHi",
    "libxcrypt": "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i",
}
# By Flask-Security 5.9.2 and 3.0.0 with SECURITY_PASSWORD_SALT = OLD_SALT: an HMAC was hashed.
SALTED = {
    "5 bcrypt": "$2b$04$PzolGhyMazAJU/DBkoPC4ubbZo7kQOY4lKzcQ2XFpp19ALAssUtfm",
    "5 argon2": "$argon2id$v=19$m=64,t=1,p=1$2VsrJcSYU8pZq7WW0roXgg"
    "$6+QBqdvtfcOJBDJt/yiTp4OA4lHhzllWJ62EPaokY+g",
    "5 pbkdf2_sha256": "$pbkdf2-sha256$1000$BmAMQQjBGIMQIiSEcG7t/Q"
    "$DcLwdcmk2dC7WgsQURfFbHGAqvaGgu7LmfV3.dytHXY",
    "5 pbkdf2_sha512": "$pbkdf2-sha512$1000$ypnznrPW2lur9X7PmbM2Rg"
    "$w96Z45Cf5D0W4VRZ71Padw7.Dd4cqQJj2ewABbxeODx2Uprznc.WJw.uv5W3P/2xfcY81JCYWop6OzdjiplGNQ",
    "5 sha512_crypt": "$6$rounds=1000$9x/B7E78jay4BMz9"
    "$yzQFNNijB2sdeybrI/MGkUO1dMp8f.In/TQFsf7UYdCKpVsuR8XtXwzzlbAPvliI1m8Zn9W2F4zhyGN4iJAvO0",
    "3 bcrypt": "$2b$04$VgwlyrDn3cdJyGtnjO7zF.BeFswxq8O6enbq1RUDIBceJGgAgBf4a",
    "3 pbkdf2_sha512": "$pbkdf2-sha512$1000$TqnVmrOWUiqFkNI6J.Sc8w"
    "$shpaiRXH7UcqylnHor1gPpm0GUkh8dH3vR81CMU6QASmzEhto8M6VuBRdNsJQOb1L5MPGGkbjhhbZIamWRwg4A",
    "3 sha512_crypt": "$6$rounds=1000$v1OhXuLpPcACUV1E"
    "$dom1vWMrT8Zq376OyeRTqkh8r8OGCQ9DxXYXLQaygh4/xPgBiAp7PZTBcxjWY8sx6ya4ExsVZVd0llKxFVrkY0",
}
# The same two, of LIGATURE: 5.9.2 hashed its NFKD, 3.0.0 what was typed.
SALTED_LIGATURE = {
    "5 bcrypt": "$2b$04$EVxPCKpX9GUbPW.JmnMbGe0MZvpVv0fU4RP/a5emWBOWwxJmt2Ooa",
    "5 argon2": "$argon2id$v=19$m=64,t=1,p=1$FgJgrJVS6t0bI2RMCQGAsA"
    "$O6C3yRWoDXK4PD/ztwIldpK/0zdfvDkcDry+zLbm/UE",
    "5 pbkdf2_sha512": "$pbkdf2-sha512$1000$bg2BMGYsxXivlTLGWAuBkA"
    "$GfyyyRxgL/yF3vKY4OxkbtOR8YI0/BCIttELRbKwVWAC2VKNmORMxV2LfwDVDW0WOR5zrsBc6x7OANxDnnzDrw",
    "5 sha512_crypt": "$6$rounds=1000$Fcfhx3YJum4QF7dP"
    "$/1bQA4oXvTvTII5ngbRMcFmt7tPDu21yC08Ksvs5zuHyvNE52.NUw6b8QCbepvl2923B5DtnQF3lO0nXdZC5v/",
    "3 bcrypt": "$2b$04$DYLjN0eE7Nm/2jxZ.6ax3OUigTAuZ4YQja7LfxMH0DCFuW1Ilnw0W",
    "3 pbkdf2_sha512": "$pbkdf2-sha512$1000$d47x3tt7750zpnQu5RwjpA"
    "$BOC3fU8RCVZIzL12OrjOWVi8yoaAqWf8zAbUHQqRQke5eu9Kvt2kk8CqTVxbh1duka82Cl/UZkkEHBEGUuGgBQ",
    "3 sha512_crypt": "$6$rounds=1000$qTtEhfHEYTfRabdn"
    "$JcRTfMRJJMb12qQymDuQEZlOeSvmzv1V0vQBHw1LztzIuqPgKwSap0j5L2KYJpgEC2J5Mah0VMCZjfyzN6ovz0",
}
# Of ACCENTS, by Flask-Security 5.9.2 with SECURITY_PASSWORD_SINGLE_HASH = True, and by libxcrypt.
UNSALTED_ACCENTS = {
    "5 bcrypt": "$2b$04$qsLG.snDb1oMZVeRa5Pi8eCrrUOYslDsy4TjVTapCxTWyuLT7Qq6O",
    "5 argon2": "$argon2id$v=19$m=64,t=1,p=1$ZWxtDQGAUOr9nxMCoLSWEg"
    "$l/oMvPgXzlzc8kdVQthd+y+d2JWk4dAHXBpsZ//AF84",
    "5 pbkdf2_sha512": "$pbkdf2-sha512$1000$4xzjvNc6x/if8977v/d.Lw"
    "$4W4fQR5v4D5aCRifl0QBsSiK1U99qBSwUHc1WpnQTNQr187jCU7iMPUb3dU.zyZGtf8fzbTFws1rYWLMw.JTEg",
    "5 sha512_crypt": "$6$rounds=1000$y4Q0/PPG2Ui5voe4"
    "$A3Ijbx721MVstRlG091fvJ1dudyk2YVMCyh1vd0bo4H0BCueK9rsjT6DrRBYHwdEgiMjDEEEi7OIg1uqFskZF/",
    "libxcrypt 2b": "$2b$04$abcdefghijklmnopqrstuuNUV.OS4vng72NTXXcrjoICF9HJKegNC",
    "libxcrypt 6": "$6$rounds=1000$saltsalt"
    "$xCWnXioa0tJ9L..Z5SPOID6IDlFf8Q8owBBOUxoAUU.q6fLX.4Dj.WzZUCu.ia/knrUEckLPxQVOmUXrwuVvY1",
}
