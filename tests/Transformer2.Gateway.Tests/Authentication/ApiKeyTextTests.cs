namespace Transformer2.Gateway.Tests;

public class ApiKeyTextTests
{
    [Fact]
    public void A_minted_key_is_read_back_and_two_differ()
    {
        var key = ApiKeyText.Mint();

        Assert.True(ApiKeyText.TryParse(key.Value, out var read));
        Assert.Equal(key, read);
        Assert.NotEqual(key.Value, ApiKeyText.Mint().Value);
        Assert.Equal(key.Value.Split('_')[1], key.KeyId);
    }

    [Fact]
    public void Every_wrong_character_is_noticed_without_asking_anybody()
    {
        var key = ApiKeyText.Mint().Value;

        for (var i = 0; i < key.Length; i++)
        {
            foreach (var wrong in "0123456789abcdefgAF_-é")
            {
                if (wrong != key[i])
                    Assert.False(ApiKeyText.TryParse($"{key[..i]}{wrong}{key[(i + 1)..]}", out _));
            }

            Assert.False(ApiKeyText.TryParse(key.Remove(i, 1), out _));
        }

        Assert.False(ApiKeyText.TryParse(key + "0", out _));
        Assert.False(ApiKeyText.TryParse(null, out _));
    }

    [Fact]
    public void Printing_a_key_does_not_show_its_secret()
    {
        var key = ApiKeyText.Mint();

        Assert.DoesNotContain(key.Value.Split('_')[2], $"{key}", StringComparison.Ordinal);
    }
}
